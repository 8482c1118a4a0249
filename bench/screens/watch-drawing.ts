/** Runs inside the page, before anything else of it: when was something painted that a person can read? */

/** Milliseconds since the navigation began; undefined until there are so many figures on the overview. */
export interface ScreenWatch {
  meaningfulAt?: number;
  panels: { started: number; pending: number; settledAt: number; changedAt: number };
}

declare global {
  interface Window {
    screenWatch: ScreenWatch;
  }
}

export const figuresWanted = 10;

/** Serialised and sent to the browser: uses nothing from outside itself. */
export function watchDrawing(figures: number): void {
  const watch: ScreenWatch = { panels: { started: 0, pending: 0, settledAt: 0, changedAt: 0 } };
  window.screenWatch = watch;
  const painted = (tell: (at: number) => void) =>
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => tell(performance.now());
      port2.postMessage(0);
    });
  let asked = false;
  new MutationObserver((changes) => {
    if (!asked && document.querySelectorAll('.tile .value.large:not(.none)').length >= figures) {
      asked = true;
      painted((at) => {
        watch.meaningfulAt = at;
      });
    }
    const inPanel = ({ target, type }: MutationRecord) => type === 'childList' && (target as Element).closest?.('.panel-body, .board-grid');
    if (changes.some(inPanel))
      painted((at) => {
        watch.panels.changedAt = at;
      });
  }).observe(document, { childList: true, subtree: true });
  const fetchPage = window.fetch.bind(window);
  window.fetch = async (...request) => {
    if (!/\/panels\//.test(String(request[0]))) return fetchPage(...request);
    watch.panels.started++;
    watch.panels.pending++;
    const done = () => {
      watch.panels.pending--;
      watch.panels.settledAt = performance.now();
    };
    try {
      const response = await fetchPage(...request);
      const read = response.text.bind(response);
      // A redrawn canvas changes no element: two frames after its numbers arrived it is on the screen.
      response.text = async () => {
        const text = await read().finally(done);
        painted(() =>
          painted((at) => {
            watch.panels.changedAt = at;
          }),
        );
        return text;
      };
      return response;
    } catch (error) {
      done();
      throw error;
    }
  };
}
