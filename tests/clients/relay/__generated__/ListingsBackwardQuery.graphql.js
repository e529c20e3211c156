/**
 * @generated SignedSource<<153be8f4b15642bdd878b35eb72aa08a>>
 * @relayHash 736df13f719db1356d1a6e942687a3d1
 * @lightSyntaxTransform
 */

/* eslint-disable */

'use strict';

// @relayRequestID eadedfd25c5b6bafbace8e8546a702fe7f48646abba8a48d0eb2f17622e01de1

var node = (function(){
var v0 = [
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "count"
  },
  {
    "defaultValue": null,
    "kind": "LocalArgument",
    "name": "cursor"
  }
],
v1 = [
  {
    "alias": null,
    "args": [
      {
        "kind": "Variable",
        "name": "before",
        "variableName": "cursor"
      },
      {
        "kind": "Variable",
        "name": "last",
        "variableName": "count"
      }
    ],
    "concreteType": "OfferConnection",
    "kind": "LinkedField",
    "name": "offers",
    "plural": false,
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": "OfferEdge",
        "kind": "LinkedField",
        "name": "edges",
        "plural": true,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "cursor",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "concreteType": "Offer",
            "kind": "LinkedField",
            "name": "node",
            "plural": false,
            "selections": [
              {
                "alias": null,
                "args": null,
                "kind": "ScalarField",
                "name": "id",
                "storageKey": null
              }
            ],
            "storageKey": null
          }
        ],
        "storageKey": null
      },
      {
        "alias": null,
        "args": null,
        "concreteType": "PageInfo",
        "kind": "LinkedField",
        "name": "pageInfo",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "hasPreviousPage",
            "storageKey": null
          },
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "startCursor",
            "storageKey": null
          }
        ],
        "storageKey": null
      }
    ],
    "storageKey": null
  }
];
return {
  "fragment": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Fragment",
    "metadata": null,
    "name": "ListingsBackwardQuery",
    "selections": (v1/*:: as any*/),
    "type": "Query",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": (v0/*:: as any*/),
    "kind": "Operation",
    "name": "ListingsBackwardQuery",
    "selections": (v1/*:: as any*/)
  },
  "params": {
    "id": "eadedfd25c5b6bafbace8e8546a702fe7f48646abba8a48d0eb2f17622e01de1",
    "metadata": {},
    "name": "ListingsBackwardQuery",
    "operationKind": "query",
    "text": null
  }
};
})();

node.hash = "d12a2a27a955808b4d929431a7e328be";

module.exports = node;
