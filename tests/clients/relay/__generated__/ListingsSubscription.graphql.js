/**
 * @generated SignedSource<<69daec248b08574040805abc64838d80>>
 * @relayHash 0f4831f3737cc4cac54ce4bb4b988a94
 * @lightSyntaxTransform
 */

/* eslint-disable */

'use strict';

// @relayRequestID 6a6364a94949f0effc040c0ac80e8ac56160a047a4b166556d51cdacc805114b

var node = (function(){
var v0 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "id",
  "storageKey": null
},
v1 = {
  "alias": null,
  "args": null,
  "kind": "ScalarField",
  "name": "title",
  "storageKey": null
};
return {
  "fragment": {
    "argumentDefinitions": [],
    "kind": "Fragment",
    "metadata": null,
    "name": "ListingsSubscription",
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": null,
        "kind": "LinkedField",
        "name": "listingPublished",
        "plural": false,
        "selections": [
          (v0/*:: as any*/),
          (v1/*:: as any*/)
        ],
        "storageKey": null
      }
    ],
    "type": "Subscription",
    "abstractKey": null
  },
  "kind": "Request",
  "operation": {
    "argumentDefinitions": [],
    "kind": "Operation",
    "name": "ListingsSubscription",
    "selections": [
      {
        "alias": null,
        "args": null,
        "concreteType": null,
        "kind": "LinkedField",
        "name": "listingPublished",
        "plural": false,
        "selections": [
          {
            "alias": null,
            "args": null,
            "kind": "ScalarField",
            "name": "__typename",
            "storageKey": null
          },
          (v0/*:: as any*/),
          (v1/*:: as any*/)
        ],
        "storageKey": null
      }
    ]
  },
  "params": {
    "id": "6a6364a94949f0effc040c0ac80e8ac56160a047a4b166556d51cdacc805114b",
    "metadata": {},
    "name": "ListingsSubscription",
    "operationKind": "subscription",
    "text": null
  }
};
})();

node.hash = "54f2255968086004e0a29421131334f2";

module.exports = node;
