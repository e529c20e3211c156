// A front end's documents, typed by graphql-codegen from the contract: `tsc --strict` compiles what it makes of them.
import { graphql } from "./gql/index.js";
import { useFragment, type FragmentType } from "./gql/fragment-masking.js";
import type { ResultOf, VariablesOf } from "@graphql-typed-document-node/core";

export const Card = graphql(`
  fragment Card on Listing {
    id
    title
    state
    remainingQuantity { amount unit unitLabel }
    organisation { id name }
  }
`);

export const Search = graphql(`
  query Search($filter: ListingFilter, $after: String) {
    listings(filter: $filter, first: 5, after: $after) {
      totalCount
      nodes { ...Card ... on Offer { expiryPolicy } }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

export const SignIn = graphql(`
  mutation SignIn($input: SignInInput!) {
    signIn(input: $input) { accessToken userErrors { code field message } }
  }
`);

export const Published = graphql(`
  subscription Published($filter: ListingFilter) {
    listingPublished(filter: $filter) { ...Card }
  }
`);

const variables: VariablesOf<typeof Search> = { filter: { kinds: ["OFFER"], near: { point: { latitude: 51.2, longitude: -0.5 }, withinKm: 5 } } };
export function titles(page: ResultOf<typeof Search>): string[] {
  return page.listings.nodes.map((node) => useFragment(Card, node as FragmentType<typeof Card>).title);
}
export function refusal(result: ResultOf<typeof SignIn>): string | undefined {
  const first = result.signIn?.userErrors[0];
  // The codes are a closed set to the compiler: a wrong one would not compile.
  return first?.code === "REQUIRED" ? first.field?.join(".") : first?.message;
}
export const first = variables.filter?.kinds;
