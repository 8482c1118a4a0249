import type { MqttClient } from 'mqtt';

/**
 * The acknowledgements of all messages that came with one piece of the stream go out together: one write to the network each would be the most
 * expensive part of listening. Call what it returns at each message.
 */
export function gatherReplies(client: MqttClient): () => void {
  let corked = false;
  return () => {
    if (corked) return;
    const { stream } = client;
    stream.cork();
    corked = true;
    setImmediate(() => {
      corked = false;
      stream.uncork();
    });
  };
}
