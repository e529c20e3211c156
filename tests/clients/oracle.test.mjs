// graphql-js decides which documents are valid: the server must admit exactly those. Documents are grown at random
// from the contract, and valid ones are then spoilt at random.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { buildSchema, parse, print, specifiedRules, validate, isObjectType, isInterfaceType, isInputObjectType, isEnumType,
  isListType, isNonNullType, isScalarType, isCompositeType, getNamedType, visit, Kind } from "graphql";

const BASE = process.env.BASE_URL;
const CASES = Number(process.env.ORACLE_CASES ?? 1500);
const root = new URL("../../", import.meta.url);
const schema = buildSchema(readFileSync(new URL("schema.graphql", root), "utf8"));

// A small generator with a seed, so that a failure can be repeated.
let seed = Number(process.env.ORACLE_SEED ?? 20261123);
const random = () => { seed |= 0; seed = (seed + 0x6d2b79f5) | 0; let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; };
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];
const chance = (p) => random() < p;

function literal(type, depth = 0) {
  if (isNonNullType(type)) return literal(type.ofType, depth);
  if (isListType(type)) return chance(0.3) ? literal(type.ofType, depth) : `[${literal(type.ofType, depth)}]`;
  if (isEnumType(type)) return pick(type.getValues()).name;
  if (isInputObjectType(type)) {
    const fields = Object.values(type.getFields()).filter((f) => isNonNullType(f.type) || (depth < 2 && chance(0.3)));
    return `{${fields.map((f) => `${f.name}: ${literal(f.type, depth + 1)}`).join(", ")}}`;
  }
  return { Int: "3", Float: "1.5", Boolean: "true", ID: '"listing:x"' }[type.name] ?? '"2027-04-01"';
}

function grow() {
  const fragments = [], variables = [];
  function args(field) {
    const given = field.args.filter((a) => isNonNullType(a.type) || chance(0.25));
    if (!given.length) return "";
    return `(${given.map((a) => {
      if (chance(0.3)) { const name = `v${variables.length}`; variables.push(`$${name}: ${a.type}`); return `${a.name}: $${name}`; }
      return `${a.name}: ${literal(a.type)}`;
    }).join(", ")})`;
  }
  function selection(type, depth) {
    const parts = [];
    const fields = Object.values(type.getFields ? type.getFields() : {});
    const leaves = fields.filter((f) => !isCompositeType(getNamedType(f.type)));
    const nodes = fields.filter((f) => isCompositeType(getNamedType(f.type)));
    for (let i = 1 + below(3); i > 0; i--) {
      const deep = depth > 0 && nodes.length && (chance(0.5) || !leaves.length);
      const field = deep ? pick(nodes) : leaves.length ? pick(leaves) : null;
      if (!field) { parts.push("__typename"); continue; }
      const alias = chance(0.2) ? `a${below(1000)}: ` : "";
      const when = chance(0.1) ? pick([" @skip(if: true)", " @include(if: true)"]) : "";
      const below_ = deep ? ` ${selection(getNamedType(field.type), depth - 1)}` : "";
      parts.push(`${alias}${field.name}${args(field)}${when}${below_}`);
    }
    if (chance(0.15)) parts.push(`... { __typename }`);
    if (isInterfaceType(type) && depth > 0) {
      const of = pick(schema.getPossibleTypes(type));
      parts.push(`... on ${of.name} ${selection(of, depth - 1)}`);
    }
    if (chance(0.1) && depth > 0) {
      const name = `F${fragments.length}`;
      fragments.push("");
      fragments[Number(name.slice(1))] = `fragment ${name} on ${type.name} ${selection(type, depth - 1)}`;
      parts.push(`...${name}`);
    }
    return `{ ${parts.join(" ")} }`;
  }
  const kind = pick(["query", "query", "query", "mutation", "subscription"]);
  const of = { query: schema.getQueryType(), mutation: schema.getMutationType(), subscription: schema.getSubscriptionType() }[kind];
  let body;
  if (kind === "subscription") {
    const field = pick(Object.values(of.getFields()));
    body = `{ ${field.name}${args(field)} ${selection(getNamedType(field.type), 2)} }`;
  } else body = selection(of, 3);
  const defined = variables.length ? `(${variables.join(", ")})` : "";
  return `${kind} Q${defined} ${body}\n${fragments.join("\n")}`;
}

const NAMES = ["id", "nothing", "title", "Query", "Offer", "Listing", "Node", "String", "first", "input", "F0", "v0", "skip", "on", "__typename", "true", "null"];
function spoil(text) {
  const changes = [
    () => text.replace(pick(text.match(/[A-Za-z_]\w*/g)), pick(NAMES)),
    () => { const tokens = text.match(/"[^"]*"|[$@]?\w+|\.\.\.|[^\s\w]/g); tokens.splice(below(tokens.length), 1); return tokens.join(" "); },
    () => { const tokens = text.match(/"[^"]*"|[$@]?\w+|\.\.\.|[^\s\w]/g); const i = below(tokens.length); tokens.splice(i, 0, tokens[i]); return tokens.join(" "); },
    () => { const tokens = text.match(/"[^"]*"|[$@]?\w+|\.\.\.|[^\s\w]/g); const i = below(tokens.length), j = below(tokens.length);
      [tokens[i], tokens[j]] = [tokens[j], tokens[i]]; return tokens.join(" "); },
    () => text.replace(/\b(3|1\.5|true|"[^"]*"|[A-Z_]{4,})\b/, pick(["1.5", "null", "\"x\"", "99999999999", "[]", "{}", "$v9", "ENUMS", "1e400", '"\\u{1F3C3}"', '"\\uD83C\\uDFC3"', '"\\uD83C"', '"""block"""'])),
    () => text.replace("{", pick(["{ id: __typename", "{ ...F9", "{ ... on Nowhere { a }", "{ ... @skip(if: $v0) { __typename }", "{ ... @include(if: false) @include(if: false) { __typename }"])),
    () => text.replace(/\$v0: \[?[A-Za-z]+!?\]?!?/, pick(["$v0: Int", "$v0: String!", "$v0: [ID!]!", "$v0: Offer", "$v0: Int = 3", "$v0: Int = null", "$v0: Int! = \"x\"", "$v0: Nothing"])),
    () => text + pick([" query Q { __typename }", " { __typename }", " fragment Unused on Query { __typename }", " fragment on on Query { __typename }", " type A { b: Int }", " query R() { __typename }", " #"]),
  ];
  let spoilt = text;
  for (let i = 1 + below(2); i > 0; i--) { try { spoilt = pick(changes)(); text = spoilt; } catch { /* nothing to change */ } }
  return spoilt;
}

function decide(text) {
  let document;
  try { document = parse(text); } catch (error) { return [`syntax: ${error.message}`]; }
  // It stumbles over a condition by a variable at the root of a subscription, where none may stand.
  try { return validate(schema, document, specifiedRules).map((error) => error.message); } catch (error) { return [error.message]; }
}

async function ask(text) {
  const response = await fetch(`${BASE}/graphql`, { method: "POST", headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: text, operationName: /\b(query|mutation|subscription) Q\b/.test(text) ? "Q" : undefined }) });
  assert.equal(response.status, 200, text);
  const answer = await response.json();
  return (answer.errors ?? []).filter((error) => !error.path);
}

const LIMITS = new Set(["DOCUMENT_TOO_LONG", "TOO_MANY_TOKENS", "DOCUMENT_TOO_LARGE", "TOO_MANY_ALIASES", "TOO_MANY_DIRECTIVES", "QUERY_TOO_DEEP", "QUERY_TOO_COMPLEX"]);
const WRONG = new Set(["GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "CIRCULAR_FRAGMENT"]);

test(`graphql-js and the server agree about ${CASES} documents`, async () => {
  const saved = readdirSync(new URL("playground/operations/", root)).filter((name) => name.endsWith(".graphql"))
    .map((name) => readFileSync(new URL(`playground/operations/${name}`, root), "utf8"));
  const differ = [], counted = { admitted: 0, refused: 0, limits: 0 };
  for (let i = 0; i < CASES; i++) {
    const whole = chance(0.3) ? pick(saved) : grow();
    const text = chance(0.3) ? whole : spoil(whole);
    const expected = decide(text);
    const errors = await ask(text);
    if (errors.some((error) => LIMITS.has(error.extensions.code))) { counted.limits++; continue; }
    // A variable without its value, and an operation that was not named, are the request's fault, not the document's.
    const refused = errors.filter((error) => WRONG.has(error.extensions.code) && !/^The variable \$|^The document has (no|several) operation/.test(error.message));
    counted[refused.length ? "refused" : "admitted"]++;
    if ((expected.length > 0) !== (refused.length > 0)) differ.push({ text, expected: expected.slice(0, 2), got: refused.map((e) => e.message).slice(0, 2) });
  }
  console.log(JSON.stringify(counted));
  for (const one of differ.slice(0, Number(process.env.ORACLE_SHOW ?? 8))) console.log(JSON.stringify(one, null, 1));
  assert.equal(differ.length, 0, `${differ.length} of ${CASES} documents`);
  assert.ok(counted.admitted > CASES / 5 && counted.refused > CASES / 5, "both kinds were tried");
});
