# syntax=docker/dockerfile:1
# One static program, a link for each tool, and certificates; see docs/install.md.
FROM rust:1.95.0-alpine AS build
# hadolint ignore=DL3018 # the build image has one version of each
RUN apk add --no-cache build-base cmake linux-headers
WORKDIR /src
COPY . .
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --locked --profile dist --package octodns-all \
    && install -D target/dist/octodns /out/usr/local/bin/octodns \
    && for tool in bins/octodns-*; do \
        [ "$tool" = bins/octodns-all ] || ln -s octodns "/out/usr/local/bin/${tool#bins/}"; \
    done \
    && install -d -m 0755 -o 65532 -g 65532 /out/work /out/state

FROM gcr.io/distroless/static-debian12:nonroot
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="octoDNS in Rust" \
    org.opencontainers.image.description="DNS as code: plans and applies zone files to DNS providers" \
    org.opencontainers.image.source="https://github.com/octodns/octodns-rs" \
    org.opencontainers.image.documentation="https://github.com/octodns/octodns-rs/blob/main/docs/install.md" \
    org.opencontainers.image.licenses="MIT" \
    org.opencontainers.image.version="$VERSION" \
    org.opencontainers.image.revision="$REVISION"
COPY --from=build /out/ /
# Journals of runs: a volume here keeps them.
ENV XDG_STATE_HOME=/state
WORKDIR /work
USER 65532:65532
ENTRYPOINT ["/usr/local/bin/octodns"]
CMD ["--help"]
