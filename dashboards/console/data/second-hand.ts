/** A tick a second that goes on where a browser slows the clocks of a page in the background: a hidden console must notice too that nobody answers. */
setInterval(() => postMessage(null), 1_000);
