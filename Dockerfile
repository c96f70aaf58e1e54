# Three programs, one image each, the same on Cloud Run and on GKE:
#   docker build --target loadgen|client|server .
# One Node everywhere: the tag is the version of the dev dependency `node`, and a test holds that.
ARG NODE_IMAGE=docker.io/library/node:26.10.0-trixie-slim
# glibc, libstdc++, CA certificates and the user `nonroot`: no shell, no package manager. The tags of
# distroless say the purpose, not the version, so cloudbuild.yaml resolves the digest.
ARG BASE_IMAGE=gcr.io/distroless/cc-debian13:nonroot

# What the images run: our sources and their packages in one file a program, each with a code cache.
# docs/adr/0006-images-run-bundles.md says why, tools/image/build.ts what is where.
FROM ${NODE_IMAGE} AS built
# Node 25 and newer need it; distroless does not have it. Copied as a file, whatever the architecture.
RUN cp --dereference /usr/lib/*-linux-gnu/libatomic.so.1 /usr/local/lib/
WORKDIR /source
COPY package.json package-lock.json .npmrc LICENSE THIRD_PARTY_LICENSES.md ./
# With dev dependencies, which build; without install scripts, which neither what builds nor what ships
# has need of.
RUN npm ci --ignore-scripts --loglevel=error
COPY proto proto
COPY lib lib
COPY functions functions
COPY services services
COPY tools tools
# With fixed modes: the modes of a checkout vary, and the image's user must read what it holds.
RUN node tools/image/build.ts /app \
 && cp package.json LICENSE THIRD_PARTY_LICENSES.md /app \
 && node tools/image/bake-cache.ts /app \
 && find /app \( -type d -exec chmod 755 {} + \) -o -exec chmod 644 {} +

FROM ${BASE_IMAGE} AS program
COPY --from=built /usr/local/bin/node /usr/local/bin/node
COPY --from=built /usr/local/lib/libatomic.so.1 /usr/lib/libatomic.so.1
WORKDIR /app
COPY --from=built /app/package.json /app/LICENSE /app/THIRD_PARTY_LICENSES.md ./
COPY --from=built /app/node_modules node_modules
# A number, because Kubernetes cannot derive from a name that it is not root. Nothing here is writable.
USER 65532:65532
ENV HOST=0.0.0.0
# cloudbuild.yaml passes both base images as name@sha256:…, and the tag and digest of the second for the
# labels. A build by hand uses the tags.
ARG NODE_IMAGE
ARG BASE_IMAGE
ARG BASE_NAME=${BASE_IMAGE}
ARG BASE_DIGEST=unresolved
ARG VERSION=unversioned
LABEL org.opencontainers.image.vendor="Shakesapp" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.base.name="${BASE_NAME}" \
      org.opencontainers.image.base.digest="${BASE_DIGEST}" \
      dev.shakesapp.image.node="${NODE_IMAGE}"

# Node is PID 1 and handles SIGTERM itself (lib/shutdown.ts). The options are those of the local run, but that
# start.cjs loads what it names with --require and --import; a test compares them.

FROM program AS loadgen
COPY --from=built /app/loadgen loadgen
LABEL org.opencontainers.image.title="loadgen" \
      org.opencontainers.image.description="Sends searches to client on a schedule, each as a trace"
ENV PORT=8080
EXPOSE 8080
ENTRYPOINT ["node", "--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR", "--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER", "--max-semi-space-size=16", "--min-semi-space-size=16", "./loadgen/start.cjs"]

FROM program AS client
COPY --from=built /app/client client
LABEL org.opencontainers.image.title="client" \
      org.opencontainers.image.description="Takes searches over HTTP and asks server over gRPC"
ENV PORT=8080
EXPOSE 8080
ENTRYPOINT ["node", "--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR", "--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER", "--max-semi-space-size=16", "--min-semi-space-size=16", "./client/start.cjs"]

FROM program AS server
COPY --from=built /app/server server
LABEL org.opencontainers.image.title="server" \
      org.opencontainers.image.description="Counts the lines of Shakespeare's works that contain a query"
ENV PORT=5050
EXPOSE 5050
ENTRYPOINT ["node", "--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR", "--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER", "--max-semi-space-size=16", "--min-semi-space-size=16", "./server/start.cjs"]
