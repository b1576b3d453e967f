// Makes calls with the official TypeScript SDK: node official.cjs SERVER_URL API_KEY APP_ID, with the SDK
// in NODE_PATH. Each line on standard input says how many calls to make at once; how many milliseconds
// they took is written to standard output.

const readline = require("node:readline");
const { Apideck } = require("@apideck/unify");

const [serverURL, apiKey, appId] = process.argv.slice(2);
const apideck = new Apideck({
  serverURL,
  apiKey,
  appId,
  consumerId: "test-consumer",
  retryConfig: { strategy: "none" },
});

async function main() {
  console.log(0);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const began = performance.now();
    const session = { redirectUri: "https://mysaas.com/dashboard" };
    const call = () => apideck.vault.sessions.create({ session });
    await Promise.all(Array.from({ length: Number(line) }, call));
    console.log(performance.now() - began);
  }
}

main();
