"""A client for the chain in Python, written from docs/contract.md alone."""

import json
import os
import random
import signal
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote, urlsplit

import grpc
import shakesapp_pb2
import shakesapp_pb2_grpc
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.grpc import GrpcInstrumentorClient
from opentelemetry.propagators.b3 import B3SingleFormat
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

DEADLINE_SECONDS = 10
STATUS = {
    grpc.StatusCode.INVALID_ARGUMENT: (400, "invalid-argument"),
    grpc.StatusCode.FAILED_PRECONDITION: (502, "failed-precondition"),
    grpc.StatusCode.UNAVAILABLE: (503, "unavailable"),
    grpc.StatusCode.RESOURCE_EXHAUSTED: (503, "unavailable"),
    grpc.StatusCode.CANCELLED: (503, "unavailable"),
    grpc.StatusCode.DEADLINE_EXCEEDED: (504, "deadline-exceeded"),
}


class IdToken(grpc.AuthMetadataPlugin):
    """An ID token for the origin of server, fetched again when it is old."""

    def __init__(self, origin):
        self.origin = origin
        self.token, self.until = None, 0

    def __call__(self, context, callback):
        if time.monotonic() > self.until:
            account = "instance/service-accounts/default"
            host = os.environ["GCE_METADATA_HOST"]
            url = f"http://{host}/computeMetadata/v1/{account}/identity?audience={quote(self.origin)}"
            request = urllib.request.Request(url, headers={"Metadata-Flavor": "Google"})
            with urllib.request.urlopen(request, timeout=5) as answer:
                self.token = answer.read().decode()
            self.until = time.monotonic() + 1800
        callback((("authorization", f"Bearer {self.token}"),), None)


def open_channel(address):
    if not address.startswith("https://"):
        return grpc.insecure_channel(address)
    token = grpc.metadata_call_credentials(IdToken(address))
    credentials = grpc.composite_channel_credentials(grpc.ssl_channel_credentials(), token)
    return grpc.secure_channel(urlsplit(address).netloc, credentials)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path in ("/health", "/_healthz"):
            return self.answer(200, "text/plain", b"ok")
        if url.path != "/":
            return self.problem(404, "not-found", "there is no such path")
        headers = {name.lower(): value for name, value in self.headers.items()}
        context = propagate.extract(headers)
        kind = trace.SpanKind.SERVER
        with self.server.tracer.start_as_current_span("GET /", context=context, kind=kind) as span:
            if self.server.is_first:
                self.server.is_first = False
                span.set_attribute("faas.coldstart", True)
            self.search(parse_qs(url.query, keep_blank_values=True).get("q", [None])[0])

    def search(self, query):
        expected = None
        if query is None:
            query, expected = random.choice(list(self.server.known.items()))
        waits = float(self.headers.get("shakesapp-timeout-ms", "inf")) / 1000
        request = shakesapp_pb2.ShakespeareRequest(query=query)
        try:
            timeout = min(waits, DEADLINE_SECONDS)
            count = self.server.stub.GetMatchCount(request, timeout=timeout).match_count
        except grpc.RpcError as error:
            status, name = STATUS.get(error.code(), (502, "bad-upstream"))
            return self.problem(status, name, "server answered an error")
        if expected not in (None, count):
            return self.problem(500, "unexpected-result", "the count of a known query is wrong")
        answer = {"query": query, "matchCount": count, "match_count": count}
        self.answer(200, "application/json", json.dumps(answer).encode())

    def problem(self, status, name, detail):
        trace.get_current_span().set_status(trace.StatusCode.ERROR)
        body = {"type": f"tag:shakesapp,2026:{name}", "title": name, "status": status, "detail": detail}
        self.answer(status, "application/problem+json", json.dumps(body).encode())

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main():
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    propagators = [TraceContextTextMapPropagator(), B3SingleFormat()]
    propagate.set_global_textmap(CompositePropagator(propagators))
    GrpcInstrumentorClient().instrument()

    server = ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Handler)
    server.is_first = True
    server.tracer = trace.get_tracer("client")
    server.known = json.loads(os.environ["KNOWN_QUERIES"])
    server.stub = shakesapp_pb2_grpc.ShakespeareServiceStub(open_channel(os.environ["SERVER_ADDR"]))
    stop = threading.Thread(target=server.shutdown)
    signal.signal(signal.SIGTERM, lambda *_: stop.start())
    server.serve_forever()
    server.server_close()
    provider.shutdown()


if __name__ == "__main__":
    main()
