"""An answer that is an error."""


class GraphError(Exception):
    def __init__(self, status, code, message="", headers=None):
        super().__init__(f"{status} {code}: {message}")
        self.status, self.code, self.message = status, code, message or code
        self.headers = headers or {}


def not_found():
    return GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.")
