// Sends the contract's example session with the official TypeScript SDK.
//
// node official.cjs SERVER_URL APP_ID, with the SDK in NODE_PATH. Each line on standard input is a
// call: JSON with `api_key` and `consumer_id`. Its outcome is written to standard output as a line of JSON.

const readline = require("node:readline");
const { Apideck } = require("@apideck/unify");
const errors = require("@apideck/unify/models/errors");

const [serverURL, appId] = process.argv.slice(2);

const session = {
  consumerMetadata: {
    accountName: "SpaceX",
    userName: "Elon Musk",
    email: "elon@musk.com",
    image: "https://www.spacex.com/static/images/share.jpg",
  },
  redirectUri: "https://mysaas.com/dashboard",
  settings: { unifiedApis: ["crm"], sessionLength: "30m" },
  theme: {
    favicon: "https://res.cloudinary.com/apideck/icons/intercom",
    logo: "https://res.cloudinary.com/apideck/icons/intercom",
    primaryColor: "#286efa",
    sidepanelBackgroundColor: "#286efa",
    sidepanelTextColor: "#FFFFFF",
    vaultName: "Intercom",
    privacyUrl: "https://compliance.apideck.com/privacy-policy",
    termsUrl: "https://www.termsfeed.com/terms-conditions/957c85c1b089ae9e3219c83eff65377e",
  },
  customConsumerSettings: {
    feature_flag_1: true,
    tax_rates: [{ id: "6", label: "6%" }, { id: "21", label: "21%" }],
  },
};

async function call(apiKey, consumerId) {
  const apideck = new Apideck({
    serverURL,
    apiKey,
    appId,
    consumerId,
    retryConfig: { strategy: "none" },
    timeoutMs: 30_000,
  });
  try {
    const { createSessionResponse } = await apideck.vault.sessions.create({ session });
    const { sessionUri, sessionToken } = createSessionResponse.data;
    return { created: { session_uri: sessionUri, session_token: sessionToken } };
  } catch (error) {
    // Any other error (an answer that the SDK could not parse, no connection) is not an outcome to
    // compare: it makes the check fail.
    if (!(error instanceof errors.ApideckError) || !("data$" in error)) throw error;
    const { statusCode, error: reason, typeName, message, detail, ref } = error.data$;
    const body = { status_code: statusCode, error: reason, type_name: typeName, message, detail, ref };
    return { refused: error.constructor.name, body };
  }
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const { api_key: apiKey, consumer_id: consumerId } = JSON.parse(line);
    console.log(JSON.stringify(await call(apiKey, consumerId)));
  }
}

main();
