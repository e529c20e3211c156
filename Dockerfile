# The playground's page, the server that embeds it, and an image with nothing but the server.

FROM node:22-bookworm-slim AS playground
WORKDIR /src/playground
# Dependencies first: they change less often than the page.
COPY playground/package.json playground/package-lock.json playground/.npmrc ./
RUN npm ci
COPY playground ./
RUN npm run build

# The version is rust-toolchain.toml's; that file stays out, so that rustup fetches no tools for developers.
FROM rust:1.95.0-bookworm AS build
WORKDIR /src
COPY Cargo.toml Cargo.lock ./
COPY api api
COPY entity entity
COPY migration migration
COPY tests tests
COPY text text
COPY --from=playground /src/playground/dist playground/dist
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist --bin marketplace \
    && cp target/dist/marketplace /usr/local/bin/marketplace

# The same Debian as the build's: the binary links its C library, and nothing else.
FROM debian:bookworm-slim
RUN groupadd --system --gid 10001 marketplace \
    && useradd --system --uid 10001 --gid marketplace --home-dir /srv/marketplace --shell /usr/sbin/nologin marketplace \
    && install -d -o marketplace -g marketplace -m 0750 /srv/marketplace /srv/marketplace/data
COPY --from=build /usr/local/bin/marketplace /usr/local/bin/marketplace
WORKDIR /srv/marketplace
USER 10001:10001
# Where nothing else is set, the SQLite file and the token key live here.
VOLUME /srv/marketplace/data
# A container is reached from outside or not at all.
ENV MARKETPLACE_LISTEN=0.0.0.0:8080
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD ["marketplace", "healthcheck"]
ENTRYPOINT ["marketplace"]
CMD ["serve"]
