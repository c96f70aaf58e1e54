# Three programs, one image each, the same on Cloud Run and on GKE:
#   docker build --target loadgen|client|server .
# One Node everywhere: the tag is the version of the dev dependency `node`, and a test holds that.
ARG NODE_IMAGE=docker.io/library/node:26.10.0-trixie-slim
# glibc, libstdc++, CA certificates and the user `nonroot`: no shell, no package manager. The tags of
# distroless say the purpose, not the version, so cloudbuild.yaml resolves the digest.
ARG BASE_IMAGE=gcr.io/distroless/cc-debian13:nonroot

FROM ${NODE_IMAGE} AS dependencies
# Node 25 and newer need it; distroless does not have it. Copied as a file, whatever the architecture.
RUN cp --dereference /usr/lib/*-linux-gnu/libatomic.so.1 /usr/local/lib/
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Without dev dependencies, and without install scripts: no shipped package has one. Removes what no
# running program reads, more than half of all bytes: source maps, types (Node strips none in
# node_modules), handbooks, the tests of packages, and second builds for bundlers. Licences stay.
RUN npm ci --omit=dev --ignore-scripts --loglevel=error \
 && find node_modules -type d \( -name test -o -name tests -o -name __tests__ \
      -o -name benchmark -o -name benchmarks -o -name example -o -name examples \
      -o -path '*/@opentelemetry/*/build/esm' -o -path '*/@opentelemetry/*/build/esnext' \) \
      -prune -exec rm -r {} + \
 && find node_modules -type f \
      \( -name '*.map' -o -name '*.ts' -o -name '*.mts' -o -name '*.cts' -o -name '*.md' \
      -o -name '*.tsbuildinfo' \) \
      ! -iname 'licen[cs]e*' ! -iname 'notice*' -delete \
 && find node_modules -type d -empty -delete

# With fixed modes: the modes of a checkout vary, and if only its owner may read it, the program in the
# image could not read its own files.
FROM ${NODE_IMAGE} AS sources
WORKDIR /app
COPY package.json LICENSE THIRD_PARTY_LICENSES.md ./
COPY proto proto
COPY lib lib
COPY functions functions
COPY services services
RUN chmod -R u=rwX,go=rX .

FROM ${BASE_IMAGE} AS program
COPY --from=dependencies /usr/local/bin/node /usr/local/bin/node
COPY --from=dependencies /usr/local/lib/libatomic.so.1 /usr/lib/libatomic.so.1
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY --from=sources /app/package.json /app/LICENSE /app/THIRD_PARTY_LICENSES.md ./
COPY --from=sources /app/proto proto
COPY --from=sources /app/lib lib
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

# Node is PID 1 and handles SIGTERM itself (lib/shutdown.ts). The arguments are those of the local run;
# a test compares them.

FROM program AS loadgen
COPY --from=sources /app/functions/loadgen functions/loadgen
LABEL org.opencontainers.image.title="loadgen" \
      org.opencontainers.image.description="Sends searches to client on a schedule, each as a trace"
ENV PORT=8080
EXPOSE 8080
ENTRYPOINT ["node", "--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR", "--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER", "--require", "./lib/telemetry/early-signal.cjs", "--import", "./lib/telemetry/preload.ts", "./functions/loadgen/main.ts"]

FROM program AS client
COPY --from=sources /app/services/client services/client
LABEL org.opencontainers.image.title="client" \
      org.opencontainers.image.description="Takes searches over HTTP and asks server over gRPC"
ENV PORT=8080
EXPOSE 8080
ENTRYPOINT ["node", "--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR", "--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER", "--require", "./lib/telemetry/early-signal.cjs", "--import", "./lib/telemetry/preload.ts", "./services/client/main.ts"]

FROM program AS server
COPY --from=sources /app/services/server services/server
LABEL org.opencontainers.image.title="server" \
      org.opencontainers.image.description="Counts the lines of Shakespeare's works that contain a query"
ENV PORT=5050
EXPOSE 5050
ENTRYPOINT ["node", "--disable-warning=DEP_GCP_OTEL_TRACE_PROPAGATOR", "--disable-warning=DEP_GCP_OTEL_TRACE_EXPORTER", "--require", "./lib/telemetry/early-signal.cjs", "--import", "./lib/telemetry/preload.ts", "./services/server/main.ts"]
