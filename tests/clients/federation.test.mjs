// The program as a part of a larger graph: composed with another part by a real composer, and asked through a real gateway.
// Both are MIT; Apollo's own composer and gateway are under the Elastic licence.
import assert from "node:assert/strict";
import { test } from "node:test";
import { buildSchema, execute, graphql, parse } from "graphql";
import { composeServices } from "@theguild/federation-composition";
import { getStitchedSchemaFromSupergraphSdl } from "@graphql-tools/federation";
import { BASE, ask, signIn } from "./api.mjs";

// What another team knows of our offers and organisations.
const CARBON = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.4", import: ["@key", "@shareable"])
  type Query { greenest(first: Int!): [Offer!]! }
  type Offer @key(fields: "id") { id: ID! carbonSaved: Int! }
  type Organisation @key(fields: "id") { id: ID! pledges: [Pledge!]! }
  type Pledge { year: Int! promisedBy: Organisation! page: PageInfo! }
  type PageInfo @shareable { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }`;

/** Another part of the graph, which knows of our things nothing but their ids. */
function carbon(offers) {
  const plain = CARBON.replace(/extend schema.*\n/, "").replace(/@\w+(\([^)]*\))?/g, "")
    .replace("type Query {", "scalar _Any union _Entity = Offer | Organisation type Query { _entities(representations: [_Any!]!): [_Entity]!");
  const schema = buildSchema(plain);
  const organisation = (id) => ({ __typename: "Organisation", id, pledges: () => [{ year: 2030, promisedBy: { id }, page: { hasNextPage: false, hasPreviousPage: false } }] });
  const offer = (id) => ({ __typename: "Offer", id, carbonSaved: id.length });
  const asked = [];
  const rootValue = {
    greenest: ({ first }) => offers.slice(0, first).map(offer),
    _entities: ({ representations }) => { asked.push(representations); return representations.map(({ __typename, id }) => __typename === "Offer" ? offer(id) : organisation(id)); },
  };
  return { schema, rootValue, asked };
}

test("the graph composes with another, and a gateway asks both", async () => {
  const token = await signIn();
  const sdl = (await ask("{ _service { sdl } }", {}, token))._service.sdl;
  const composed = composeServices([
    { name: "marketplace", typeDefs: parse(sdl), url: `${BASE}/graphql` },
    { name: "carbon", typeDefs: parse(CARBON), url: "http://carbon.invalid/graphql" },
  ]);
  assert.equal(composed.errors, undefined, JSON.stringify(composed.errors));
  const { nodes } = (await ask("{ offers(first: 8) { nodes { id title organisation { id name } } } }")).offers;
  const other = carbon(nodes.map((node) => node.id));
  const sent = [];
  const schema = getStitchedSchemaFromSupergraphSdl({
    supergraphSdl: composed.supergraphSdl,
    onSubschemaConfig(config) {
      config.executor = async ({ document, variables }) => {
        if (config.name.toLowerCase() === "carbon") return execute({ schema: other.schema, rootValue: other.rootValue, document, variableValues: variables });
        const { print } = await import("graphql");
        const body = JSON.stringify({ query: print(document), variables });
        sent.push(body);
        const response = await fetch(`${BASE}/graphql`, { method: "POST", body, headers: { "content-type": "application/json", authorization: `Bearer ${token}` } });
        return response.json();
      };
    },
  });

  // From us to them: what they know of our offers.
  const ours = await graphql({ schema, source: "{ offers(first: 8) { nodes { id title carbonSaved organisation { name pledges { year promisedBy { name } } } } } }" });
  assert.equal(ours.errors, undefined, JSON.stringify(ours.errors));
  assert.deepEqual(ours.data.offers.nodes.map(({ id, title, carbonSaved, organisation }) => [id, title, carbonSaved, organisation.name, organisation.pledges[0].promisedBy.name]),
    nodes.map(({ id, title, organisation }) => [id, title, id.length, organisation.name, organisation.name]));

  // From them to us: by their ids alone, many at once.
  sent.length = 0;
  const theirs = await graphql({ schema, source: "{ greenest(first: 8) { carbonSaved title organisation { name } } }" });
  assert.equal(theirs.errors, undefined, JSON.stringify(theirs.errors));
  assert.deepEqual(theirs.data.greenest.map(({ title, organisation }) => [title, organisation.name]), nodes.map(({ title, organisation }) => [title, organisation.name]));
  assert.equal(sent.length, 1, "one request brings them all");
  assert.match(sent[0], /_entities/);
});

test("what the viewer may not see is null through a gateway too", async () => {
  const { _entities } = await ask("query ($r: [_Any!]!) { _entities(representations: $r) { ... on Offer { title } } }",
    { r: [{ __typename: "Offer", id: "listing:01900000-0000-7000-8000-000000000000" }] });
  assert.deepEqual(_entities, [null]);
});
