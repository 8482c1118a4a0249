import '@mantine/core/styles.css';
import './styles.css';
import { createTheme, MantineProvider } from '@mantine/core';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { installWorker } from './shell.ts';

/** Fonts of the system only: nothing is fetched. */
const fontFamily = "system-ui, -apple-system, 'Segoe UI', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif";
/** What a person opens is there at once; only what is abnormal moves. */
const still = { duration: 0 };
const theme = createTheme({
  fontFamily,
  headings: { fontFamily },
  primaryColor: 'slate',
  primaryShade: 7,
  autoContrast: true,
  defaultRadius: 'sm',
  components: {
    // An empty element that takes the first focus is no item of a menu: the first item does.
    Menu: { defaultProps: { withInitialFocusPlaceholder: false, transitionProps: still } },
    Popover: { defaultProps: { transitionProps: still } },
    Modal: { defaultProps: { transitionProps: still } },
    Drawer: { defaultProps: { transitionProps: still } },
  },
  colors: {
    // Calm on purpose: strong colours belong to what is abnormal.
    slate: ['#f1f4f8', '#dde4ec', '#c3cedb', '#a4b4c6', '#86a0bb', '#6f8cab', '#557799', '#345a80', '#2a4a6b', '#1f3a56'],
  },
});

const root = document.getElementById('root');
if (!root) throw new Error('no #root');
createRoot(root).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <App />
    </MantineProvider>
  </StrictMode>,
);
installWorker();
// A part of the page that a new build has replaced: load the new build.
window.addEventListener('vite:preloadError', () => window.location.reload());
