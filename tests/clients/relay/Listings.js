// What a Relay app asks, compiled by relay-compiler against the contract.
import { graphql } from "relay-runtime";

export const query = graphql`
  query ListingsQuery($count: Int!, $cursor: String) {
    ...Listings_page @arguments(count: $count, cursor: $cursor)
  }
`;

export const page = graphql`
  fragment Listings_page on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 3 }, cursor: { type: "String" })
  @refetchable(queryName: "ListingsPageQuery") {
    offers(first: $count, after: $cursor) @connection(key: "Listings_offers") {
      edges { node { id title ...Listings_offer } }
    }
  }
`;

export const offer = graphql`
  fragment Listings_offer on Offer @refetchable(queryName: "ListingsOfferQuery") {
    id
    title
    organisation { id name }
  }
`;

export const backward = graphql`
  query ListingsBackwardQuery($count: Int!, $cursor: String) {
    offers(last: $count, before: $cursor) {
      edges { cursor node { id } }
      pageInfo { hasPreviousPage startCursor }
    }
  }
`;

export const published = graphql`
  subscription ListingsSubscription {
    listingPublished { id title }
  }
`;
