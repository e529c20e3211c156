// One place for requests to the API and for the session. Tokens live in this module's memory, nowhere else.
import { useSyncExternalStore } from 'react';
import { getOperationAST, parse } from 'graphql';
import { createClient } from 'graphql-ws';

const WHO = 'viewer { person { displayName } platformRoles }';
const TOKENS = 'accessToken accessTokenExpiresAt refreshToken';
const SIGN_IN = `mutation SignIn($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { ${TOKENS} ${WHO} userErrors { code message } }
}`;
const REFRESH = `mutation RefreshSession($refreshToken: String!) {
  refreshSession(input: { refreshToken: $refreshToken }) { ${TOKENS} userErrors { message } }
}`;
const SIGN_OUT = 'mutation SignOut { signOut(input: {}) { userErrors { message } } }';
const ENDED = 'Your session has ended. Please sign in again.';

let session = null; // { name, roles, accessToken, expires, refreshToken }
let state = { session, notice: '', signOuts: 0 }; // notice: why the last session ended, in words
let timer;
let refreshing;
const listeners = new Set();

function change(next, notice = '', signOuts = state.signOuts) {
  session = next;
  state = { session, notice, signOuts };
  clearTimeout(timer);
  // A minute before the end, but never sooner than five seconds from now.
  if (session) timer = setTimeout(refresh, Math.max(session.expires - Date.now() - 60_000, 5_000));
  listeners.forEach((tell) => tell());
}

export const useSession = () =>
  useSyncExternalStore((tell) => (listeners.add(tell), () => listeners.delete(tell)), () => state);

const ACCEPT = 'application/graphql-response+json, application/json;q=0.9';

async function send(body, token) {
  const headers = { Accept: ACCEPT, 'Content-Type': 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  try {
    return await fetch('/graphql', { method: 'POST', headers, body: JSON.stringify(body), credentials: 'omit' });
  } catch {
    throw new Error('The marketplace could not be reached. Check your connection, then try again.');
  }
}

async function post(body, token) {
  const response = await send(body, token);
  const json = await response.json().catch(() => {
    throw new Error(`The marketplace gave an answer that is not GraphQL (status ${response.status}). Try again in a minute.`);
  });
  return { status: response.status, json };
}

// The payload of a session mutation, or an error whose message can be shown as it is.
async function act(field, query, variables, token) {
  const { json } = await post({ query, variables }, token);
  const payload = json.data?.[field];
  const problem = json.errors?.[0]?.message ?? payload?.userErrors?.[0]?.message;
  if (problem || !payload) throw new Error(problem ?? 'The marketplace gave no answer. Try again in a minute.');
  return payload;
}

const tokens = (p) => ({ accessToken: p.accessToken, refreshToken: p.refreshToken, expires: Date.parse(p.accessTokenExpiresAt) });

export async function signIn(email, password) {
  const payload = await act('signIn', SIGN_IN, { email, password });
  const { person, platformRoles } = payload.viewer ?? {};
  change({ ...tokens(payload), name: person?.displayName ?? email, roles: platformRoles ?? [] });
}

export async function signOut() {
  const token = session?.accessToken;
  change(null, '', state.signOuts + 1);
  await act('signOut', SIGN_OUT, undefined, token).catch(() => {}); // signed out here in any case
}

function refresh() {
  refreshing ??= (async () => {
    const before = session;
    try {
      const payload = await act('refreshSession', REFRESH, { refreshToken: before.refreshToken });
      if (session === before) change({ ...before, ...tokens(payload) });
    } catch {
      if (session !== before) return;
      if (before.expires - Date.now() > 20_000) timer = setTimeout(refresh, 15_000); // the network may come back
      else change(null, ENDED);
    } finally {
      refreshing = undefined;
    }
  })();
  return refreshing;
}

async function freshToken() {
  if (session && session.expires - Date.now() < 15_000) await refresh(); // a laptop that slept
  return session?.accessToken;
}

// A socket for each subscription, opened with the token of the moment; its end, whatever it was, is told in words.
function subscribe(params, token) {
  const answers = createClient({
    url: `${location.origin.replace(/^http/, 'ws')}/graphql/ws`,
    connectionParams: token ? { Authorization: `Bearer ${token}` } : {},
    retryAttempts: 0,
  }).iterate(params);
  const inWords = (problem) => {
    const lost = { message: problem.reason || problem.message || 'The connection was lost. Run it again.' };
    return { value: { errors: Array.isArray(problem) ? problem : [lost] }, done: false };
  };
  // No generator: one that waits for the next answer cannot be stopped.
  return {
    next: () => answers.next().catch(inWords),
    return: () => answers.return(),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

// GraphiQL learns the name of the operation a moment after the text has changed: look again.
function operationOf({ query, operationName }) {
  try {
    const document = parse(query);
    return getOperationAST(document, operationName) ?? getOperationAST(document);
  } catch {
    return undefined; // the server says what is wrong
  }
}

// What GraphiQL calls for every operation and for the schema.
export async function fetcher(params) {
  const token = await freshToken();
  const operation = operationOf(params);
  const body = operation ? { ...params, operationName: operation.name?.value } : params;
  if (operation?.operation === 'subscription') return subscribe(body, token);
  const { status, json } = await post(body, token);
  if (status === 401 && session?.accessToken === token) change(null, ENDED);
  return json;
}
