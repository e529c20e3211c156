// What the tests of clients share: where the server is, who signs in, and something to hear of.
import { createHash } from "node:crypto";

export const BASE = process.env.BASE_URL;
export const SOCKET = BASE.replace(/^http/, "ws") + "/graphql/ws";
const PASSWORD = process.env.DEMO_PASSWORD;

export async function ask(query, variables, token) {
  const response = await fetch(`${BASE}/graphql`, { method: "POST", body: JSON.stringify({ query, variables }),
    headers: { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) } });
  const { data, errors } = await response.json();
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
}

export async function signIn(email = "oliver.trask@example.org") {
  const act = "mutation ($email: String!, $password: String!) { signIn(input: { email: $email, password: $password }) { accessToken } }";
  return (await ask(act, { email, password: PASSWORD })).signIn.accessToken;
}

/** Publishes an offer that everybody may see, and gives its id. */
export async function publish(token, title) {
  const { viewer } = await ask("{ viewer { memberships { nodes { organisation { id } } } } }", {}, token);
  const act = "mutation ($input: CreateOfferInput!) { createOffer(input: $input) { offer { id } userErrors { code field message } } }";
  const input = { organisationId: viewer.memberships.nodes[0].organisation.id, title, description: "As good as new.", publish: true,
    resourceType: "furniture", quantity: { amount: "2", unit: "ITEM" }, areas: ["elmbridge"] };
  const { createOffer } = await ask(act, { input }, token);
  if (createOffer.userErrors.length) throw new Error(JSON.stringify(createOffer.userErrors));
  return createOffer.offer.id;
}

export const sha256 = (text) => createHash("sha256").update(text).digest("hex");
export const soon = (promise, what) => Promise.race([promise, new Promise((_, no) => setTimeout(() => no(new Error(`no ${what}`)), 10_000).unref())]);
export const pause = (ms) => new Promise((go) => setTimeout(go, ms));
