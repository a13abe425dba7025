// The minimal streaming example of the openai Node SDK.
const OpenAI = require("openai");

async function main() {
  const [baseURL, prompt] = process.argv.slice(2);
  const client = new OpenAI({ baseURL, apiKey: "x" });
  const stream = await client.chat.completions.create({
    model: "deepseek-flash",
    messages: [{ role: "user", content: prompt }],
    stream: true,
  });
  for await (const chunk of stream) {
    process.stdout.write(chunk.choices[0]?.delta?.content || "");
  }
}

main();
