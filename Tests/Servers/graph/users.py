"""Who signed in."""

from .failure import GraphError


def got(call):
    if call.user.startswith("\0"):
        raise GraphError(400, "BadRequest", "/me request is only valid with delegated authentication flow.")
    if not call.service.tells_user:
        raise GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    aliases = [f"smtp:{one}" for one in call.service.aliases.get(call.user, ())]
    return {"id": "user-" + call.user, "mail": call.user, "userPrincipalName": call.user, "proxyAddresses": aliases}
