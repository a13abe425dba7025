// The minimal streaming example of the OpenAI SDK for Node: stream.js BASE_URL PROMPT.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: process.argv[2], apiKey: "sk-anything" });
const stream = await client.chat.completions.create({
  model: "deepseek-flash",
  messages: [{ role: "user", content: process.argv[3] }],
  stream: true,
});
for await (const chunk of stream) {
  process.stdout.write(chunk.choices[0]?.delta?.content ?? "");
}
