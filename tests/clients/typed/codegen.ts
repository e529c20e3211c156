import type { CodegenConfig } from "@graphql-codegen/cli";

const config: CodegenConfig = {
  schema: process.env["SCHEMA"] ?? "../../schema.graphql",
  documents: ["typed/listings.ts"],
  ignoreNoDocuments: false,
  generates: {
    "typed/gql/": {
      preset: "client",
      presetConfig: { persistedDocuments: true },
      config: {
        useTypeImports: true,
        enumsAsTypes: true,
        strictScalars: true,
        scalars: { _Any: "unknown", DateTime: "string", Decimal: "string", Date: "string", LocalTime: "string", Month: "string" },
      },
    },
  },
};
export default config;
