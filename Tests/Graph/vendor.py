"""msgraph-sdk at a server of ours, one call at a time."""

import asyncio

import httpx
from kiota_abstractions.authentication import AuthenticationProvider
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from msgraph import GraphRequestAdapter, GraphServiceClient
from msgraph.graph_request_adapter import options
from msgraph_core import GraphClientFactory


class _Bearer(AuthenticationProvider):
    def __init__(self, token):
        self.token = token

    async def authenticate_request(self, request, additional_authentication_context=None):
        # An upload session's address has its own authorization.
        if "/upload/" not in request.url:
            request.headers.try_add("Authorization", f"Bearer {self.token}")


class Vendor:
    """`client` is a GraphServiceClient; `run` waits for what its calls give."""

    def __init__(self, graph, address):
        self._loop = asyncio.new_event_loop()
        # With what the vendor puts around each request: retries where it is throttled, and `me` in the address.
        self.http = GraphClientFactory.create_with_default_middleware(
            options=options, client=httpx.AsyncClient(timeout=20))
        self.adapter = GraphRequestAdapter(_Bearer(f"token-{address}"), self.http)
        self.adapter.base_url = graph.url
        self.client = GraphServiceClient(request_adapter=self.adapter)
        self.me = self.client.me

    def run(self, call):
        return self._loop.run_until_complete(call)

    def close(self):
        self.run(self.http.aclose())
        self._loop.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def configured(builder, prefer=None, headers=None, **query):
    """A request configuration for a builder's get: `prefer` as a header, the query by its Python names."""
    configuration = RequestConfiguration()
    configuration.headers = HeadersCollection()
    if prefer:
        configuration.headers.add("Prefer", prefer)
    for name, value in (headers or {}).items():
        configuration.headers.add(name, value)
    if query:
        kind = next(kind for name, kind in vars(type(builder)).items() if name.endswith("GetQueryParameters"))
        configuration.query_parameters = kind(**query)
    return configuration
