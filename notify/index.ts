/** The public face of notify: the notifier and the check of a site's channels. */
export { noPush } from './channel.ts';
export { channelTypes } from './channels.ts';
export { checkChannels } from './check-channels.ts';
export { type Notifier, openNotifier } from './notifier.ts';
