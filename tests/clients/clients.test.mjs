// Apollo Client, urql with Graphcache, Relay, graphql-ws and graphql-sse as their authors ship them, against the server.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import WebSocket from "ws";
import { buildClientSchema, getIntrospectionQuery, introspectionFromSchema, buildSchema, printSchema, lexicographicSortSchema } from "graphql";
import { BASE, SOCKET, ask, pause, publish, sha256, signIn, soon } from "./api.mjs";

const schema = buildSchema(readFileSync(new URL("../../schema.graphql", import.meta.url), "utf8"));
const PAGE = `query Page($first: Int, $after: String, $last: Int, $before: String) {
  offers(first: $first, after: $after, last: $last, before: $before) {
    edges { cursor node { id title organisation { id name } } } pageInfo { hasNextPage endCursor hasPreviousPage startCursor } } }`;

/** Walks forward to the end and back to the beginning; both must meet the same things. */
async function walk(read) {
  const forward = [], backward = [];
  for (let after = null; ;) {
    const { edges, pageInfo } = (await read({ first: 7, after })).offers;
    forward.push(...edges.map((edge) => edge.node.id));
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  for (let before = null; ;) {
    const { edges, pageInfo } = (await read({ last: 7, before })).offers;
    backward.unshift(...edges.map((edge) => edge.node.id));
    if (!pageInfo.hasPreviousPage) break;
    before = pageInfo.startCursor;
  }
  assert.ok(forward.length > 20);
  assert.deepEqual(forward, backward);
  assert.equal(new Set(forward).size, forward.length);
}

test("introspection gives the contract, to the letter of graphql-js", async () => {
  const token = await signIn();
  const data = await ask(getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, schemaDescription: true, directiveIsRepeatable: true, oneOf: true }), {}, token);
  const sorted = (schema) => printSchema(lexicographicSortSchema(schema));
  assert.equal(sorted(buildClientSchema(data)), sorted(schema));
});

test("Apollo Client pages, refetches, is refused, uses persisted queries and subscribes", async () => {
  const { ApolloClient, InMemoryCache, HttpLink, ApolloLink, gql, split } = (await import("@apollo/client/core/core.cjs")).default ?? await import("@apollo/client/core/core.cjs");
  const { createPersistedQueryLink } = (await import("@apollo/client/link/persisted-queries/persisted-queries.cjs")).default;
  const { GraphQLWsLink } = (await import("@apollo/client/link/subscriptions/subscriptions.cjs")).default;
  const { createClient } = await import("graphql-ws");
  const token = await signIn();
  const asked = [];
  const http = new HttpLink({ uri: `${BASE}/graphql`, fetch: (uri, options) => { asked.push(options.body ?? String(uri)); return fetch(uri, options); } });
  const persisted = createPersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(http);
  const socket = createClient({ url: SOCKET, webSocketImpl: WebSocket });
  const { possibleTypes } = { possibleTypes: Object.fromEntries(["Node", "Listing"].map((name) => [name, schema.getPossibleTypes(schema.getType(name)).map((type) => type.name)])) };
  const link = split(({ query }) => query.definitions.some((one) => one.operation === "subscription"), new GraphQLWsLink(socket), ApolloLink.from([persisted]));
  const client = new ApolloClient({ link, cache: new InMemoryCache({ possibleTypes }) });
  const page = gql(PAGE);
  await walk(async (variables) => (await client.query({ query: page, variables, fetchPolicy: "network-only" })).data);
  const before = asked.length;
  await client.query({ query: page, variables: { first: 2 }, fetchPolicy: "network-only" });
  assert.ok(asked[before].includes("sha256Hash") && !asked[before].includes("edges"), "the hash alone goes out");
  const { offers } = client.readQuery({ query: page, variables: { first: 2 } });
  const node = gql("query ($id: ID!) { node(id: $id) { id ... on Offer { title } } }");
  const again = await client.query({ query: node, variables: { id: offers.edges[0].node.id } });
  assert.equal(again.data.node.title, offers.edges[0].node.title);
  await assert.rejects(client.query({ query: gql("{ offers(first: 1000) { totalCount } }") }), (error) => error.graphQLErrors[0].extensions.code === "BAD_USER_INPUT");
  await assert.rejects(client.query({ query: gql("{ nothing }") }), (error) => {
    const errors = error.graphQLErrors.length ? error.graphQLErrors : error.networkError.result.errors;
    return errors[0].extensions.code === "GRAPHQL_VALIDATION_FAILED";
  });
  const refused = await client.mutate({ mutation: gql("mutation { createOffer(input: { organisationId: \"organisation:x\", title: \"\" }) { userErrors { code } } }"), errorPolicy: "all" });
  assert.ok(refused.errors.length > 0);
  const heard = new Promise((hear, fail) => client.subscribe({ query: gql("subscription { listingPublished { id title } }") }).subscribe({ next: hear, error: fail }));
  await pause(500);
  const id = await publish(token, "A desk for Apollo");
  assert.deepEqual((await soon(heard, "event")).data.listingPublished, { __typename: "Offer", id, title: "A desk for Apollo" });
  client.stop();
  await socket.dispose();
});

test("urql with Graphcache knows things by their ids and pages", async () => {
  const { Client, fetchExchange, gql } = await import("@urql/core");
  const { cacheExchange } = await import("@urql/exchange-graphcache");
  const { relayPagination } = await import("@urql/exchange-graphcache/extras");
  const introspection = introspectionFromSchema(schema);
  const keys = Object.fromEntries(introspection.__schema.types.filter((type) => type.kind === "OBJECT" && !type.name.startsWith("__") && !type.fields.some((field) => field.name === "id")).map((type) => [type.name, () => null]));
  const cache = cacheExchange({ schema: introspection, keys, resolvers: { Query: { offers: relayPagination() } } });
  const client = new Client({ url: `${BASE}/graphql`, exchanges: [cache, fetchExchange], preferGetMethod: false });
  const query = gql("query ($after: String) { offers(first: 5, after: $after) { edges { node { id title } } pageInfo { hasNextPage endCursor } } }");
  const one = (await client.query(query, {}).toPromise()).data.offers;
  const two = (await client.query(query, { after: one.pageInfo.endCursor }).toPromise()).data.offers;
  assert.equal(two.edges.length, 10, "Graphcache puts the pages together");
  assert.equal(new Set(two.edges.map((edge) => edge.node.id)).size, 10);
  const plain = new Client({ url: `${BASE}/graphql`, exchanges: [fetchExchange], preferGetMethod: true });
  await walk(async (variables) => (await plain.query(PAGE, variables, { requestPolicy: "network-only" }).toPromise()).data);
  const wrong = await client.query(gql("query ($reference: String) { listing(reference: $reference, id: \"listing:x\") { id } }"), { reference: "x" }).toPromise();
  assert.equal(wrong.error.graphQLErrors[0].extensions.code, "BAD_USER_INPUT");
});

test("Relay's compiled documents page, refetch, go by their hashes and subscribe", async () => {
  const { default: relay } = await import("relay-runtime");
  const { Environment, Network, RecordSource, Store, Observable, fetchQuery, getRequest, getSingularSelector, createOperationDescriptor, requestSubscription } = relay;
  const { createClient } = await import("graphql-ws");
  const persisted = JSON.parse(readFileSync(new URL("relay/persisted.json", import.meta.url), "utf8"));
  const load = async (name) => (await import(`./relay/__generated__/${name}.graphql.js`)).default;
  const socket = createClient({ url: SOCKET, webSocketImpl: WebSocket });
  let byHash = 0;
  const send = async (request, variables) => {
    const post = (body) => fetch(`${BASE}/graphql`, { method: "POST", body: JSON.stringify(body), headers: { "content-type": "application/json", accept: "application/graphql-response+json" } });
    const extensions = { persistedQuery: { version: 1, sha256Hash: sha256(persisted[request.id]) } };
    let answer = await (await post({ variables, extensions })).json();
    if (answer.errors?.[0].message === "PersistedQueryNotFound") answer = await (await post({ query: persisted[request.id], variables, extensions })).json();
    else byHash++;
    if (answer.errors) throw new Error(JSON.stringify(answer.errors));
    return answer;
  };
  const subscribe = (request, variables) => Observable.create((sink) => socket.subscribe({ query: persisted[request.id], variables }, sink));
  const environment = new Environment({ network: Network.create(send, subscribe), store: new Store(new RecordSource()) });
  const read = async (name, variables) => {
    const query = await load(name);
    const data = await fetchQuery(environment, query, variables).toPromise();
    return [data, query];
  };
  const [, query] = await read("ListingsQuery", { count: 4, cursor: null });
  const snapshot = environment.lookup(createOperationDescriptor(getRequest(query), { count: 4, cursor: null }).fragment);
  const fragment = await load("Listings_page");
  const page = () => environment.lookup(getSingularSelector(fragment, snapshot.data)).data.offers;
  assert.equal(page().edges.length, 4);
  assert.equal(page().pageInfo.hasNextPage, true);
  await read("ListingsPageQuery", { count: 4, cursor: page().pageInfo.endCursor });
  const offer = page().edges[0].node;
  await read("ListingsOfferQuery", { id: offer.id });
  const record = environment.getStore().getSource().get(offer.id);
  assert.ok(record.__typename === "Offer" && record.organisation, "what was refetched is the same record");
  await walk(async (variables) => variables.first
    ? (await ask(PAGE, variables)) : { offers: await (async () => { const [data] = await read("ListingsBackwardQuery", { count: variables.last, cursor: variables.before }); return data.offers; })() });
  assert.ok(byHash > 0, "documents that were sent once go by their hashes");
  const published = await load("ListingsSubscription");
  const heard = new Promise((hear, fail) => requestSubscription(environment, { subscription: published, variables: {}, onNext: hear, onError: fail }));
  await pause(500);
  const id = await publish(await signIn(), "A lamp for Relay");
  assert.equal((await soon(heard, "event")).listingPublished.id, id);
  await socket.dispose();
});

test("graphql-ws runs every operation, is refused with a list, and is told why a socket is closed", async () => {
  const { createClient } = await import("graphql-ws");
  const token = await signIn();
  const client = createClient({ url: SOCKET, webSocketImpl: WebSocket, connectionParams: { Authorization: `Bearer ${token}` } });
  const once = (query, variables) => new Promise((done, fail) => { let last; client.subscribe({ query, variables }, { next: (value) => { last = value; }, error: fail, complete: () => done(last) }); });
  assert.equal((await soon(once("{ viewer { kind } }"), "answer")).data.viewer.kind, "PERSON");
  await assert.rejects(once("{ nothing }"), (errors) => Array.isArray(errors) && errors[0].extensions.code === "GRAPHQL_VALIDATION_FAILED");
  const events = client.iterate({ query: "subscription ($f: ListingFilter) { listingPublished(filter: $f) { title } }", variables: { f: { text: "otter" } } });
  const next = events.next();
  await pause(500);
  await publish(token, "A plain chair");
  await publish(token, "An otter's chair");
  assert.equal((await soon(next, "event")).value.data.listingPublished.title, "An otter's chair");
  await events.return();
  await client.dispose();
  const closed = new Promise((hear) => { const bad = createClient({ url: SOCKET, webSocketImpl: WebSocket, retryAttempts: 0, connectionParams: { Authorization: "Bearer nonsense" }, on: { closed: hear } }); bad.subscribe({ query: "{ __typename }" }, { next() {}, error() {}, complete() {} }); });
  assert.equal((await soon(closed, "close")).code, 4403);
});

test("graphql-sse hears in distinct connections", async () => {
  const { createClient } = await import("graphql-sse");
  const token = await signIn();
  const client = createClient({ url: `${BASE}/graphql/stream`, headers: () => ({ authorization: `Bearer ${token}` }) });
  const answers = [];
  for await (const answer of client.iterate({ query: "{ viewer { kind } }" })) answers.push(answer);
  assert.deepEqual(answers, [{ data: { viewer: { kind: "PERSON" } } }]);
  const events = client.iterate({ query: "subscription { listingPublished { title } }" });
  const next = events.next();
  await pause(500);
  await publish(token, "A shelf for events");
  assert.equal((await soon(next, "event")).value.data.listingPublished.title, "A shelf for events");
  await events.return();
  client.dispose();
});
