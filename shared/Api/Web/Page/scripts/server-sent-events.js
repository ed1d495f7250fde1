/**
 * Reads server-sent events from a stream of bytes, one { event, data } at a time.
 * Ending the iteration early cancels the stream.
 */
export async function* readEvents(stream) {
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let pending = "";
  let event = "message";
  let data = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (pending + value).split("\n");
      pending = lines.pop();
      for (const rawLine of lines) {
        const line = rawLine.endsWith("\r") ? rawLine.slice(0, -1) : rawLine;
        if (line === "") {
          if (data.length > 0) yield { event, data: data.join("\n") };
          event = "message";
          data = [];
        } else if (line.startsWith("data:")) data.push(fieldValue(line, 5));
        else if (line.startsWith("event:")) event = fieldValue(line, 6);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

const fieldValue = (line, start) => line.slice(line[start] === " " ? start + 1 : start);
