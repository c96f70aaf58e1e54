"""A server for the chain in Python, written from docs/contract.md alone."""

import os
import signal
import threading
from concurrent import futures

import grpc
import shakesapp_pb2
import shakesapp_pb2_grpc
from google.cloud import storage
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from opentelemetry import propagate, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.grpc import GrpcInstrumentorServer, filters
from opentelemetry.propagators.b3 import B3SingleFormat
from opentelemetry.propagators.composite import CompositePropagator
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

MAX_QUERY_BYTES = 1024


class NoTexts(Exception):
    pass


class Works:
    """The texts, lowered; read with the first call and kept."""

    def __init__(self, bucket, prefix):
        self.bucket = bucket
        self.prefix = "" if prefix == "/" else prefix
        self.lock = threading.Lock()
        self.texts = None

    def read(self):
        with self.lock:
            if self.texts is None:
                self.texts = self.load()
            return self.texts

    def load(self):
        client = storage.Client()
        blobs = client.list_blobs(self.bucket, prefix=self.prefix)
        texts = [
            decode(blob.download_as_bytes()).lower()
            for blob in blobs
            if not blob.name.endswith("/")
        ]
        if not texts:
            raise NoTexts("the bucket and prefix hold no texts")
        return texts


def decode(content):
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("iso-8859-1")


class Search(shakesapp_pb2_grpc.ShakespeareServiceServicer):
    def __init__(self, works):
        self.works = works

    def GetMatchCount(self, request, context):
        query = request.query
        size = len(query.encode("utf-8"))
        if not 1 <= size <= MAX_QUERY_BYTES or "\n" in query or "\r" in query:
            context.abort(
                grpc.StatusCode.INVALID_ARGUMENT,
                "the query is not 1 to 1024 bytes of UTF-8 in one line",
            )
        try:
            texts = self.works.read()
        except NoTexts as error:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))
        except Exception as error:
            context.abort(grpc.StatusCode.UNAVAILABLE, f"the texts cannot be read: {error}")
        with trace.get_tracer("server").start_as_current_span("count lines"):
            lowered = query.lower()
            count = sum(lowered in line for text in texts for line in text.split("\n"))
        return shakesapp_pb2.ShakespeareResponse(match_count=count)


def start_tracing():
    """Exporter, resource and sampler are configured by the environment."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    trace.set_tracer_provider(provider)
    # The last one that finds a header decides: b3 has the true parent behind Cloud Run.
    propagators = [TraceContextTextMapPropagator(), B3SingleFormat()]
    propagate.set_global_textmap(CompositePropagator(propagators))
    GrpcInstrumentorServer(filter_=filters.negate(filters.health_check())).instrument()
    return provider


def main():
    provider = start_tracing()
    works = Works(os.environ["WORKS_BUCKET"], os.environ["WORKS_PREFIX"])
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=80))
    shakesapp_pb2_grpc.add_ShakespeareServiceServicer_to_server(Search(works), server)
    checks = health.HealthServicer()
    checks.set("", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(checks, server)
    server.add_insecure_port(f"{os.environ['HOST']}:{os.environ['PORT']}")

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    server.start()
    stop.wait()
    server.stop(grace=5).wait()
    provider.shutdown()


if __name__ == "__main__":
    main()
