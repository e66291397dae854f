/**
 * The lines of a stream of text, as they arrive. The last one counts only when it is ended: what is cut off is not a line.
 * @param {ReadableStream<Uint8Array>} stream
 */
export async function* lines(stream) {
  let rest = '';
  for await (const text of pieces(stream.pipeThrough(new TextDecoderStream()))) {
    const parts = (rest + text).split('\n');
    rest = parts.pop();
    for (const part of parts) yield part.endsWith('\r') ? part.slice(0, -1) : part;
  }
}

// Not every browser can enumerate a stream by itself.
async function* pieces(stream) {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}
