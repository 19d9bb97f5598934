import Base
import CMailroom
import Store

/// Whether what was granted is what was asked for, and by the mailbox's owner.
struct GrantCheck {
    let client: OAuthClient
    let endpoint: OAuthEndpoint

    /// Not mail, and not needed for it.
    private static let beside: Set = ["openid", "email", "profile", "offline_access"]

    /// A person may leave boxes unticked.
    static func scopes(_ client: OAuthClient, granted: String?) throws(Failure) {
        guard let granted else { return }  // all of it (RFC 6749, section 5.1)
        var there = Set(OAuthClient.words(granted.lowercased()))
        // Microsoft leaves the resource out where it is its own: Mail.Send for https://graph.microsoft.com/Mail.Send.
        if client.isMicrosoft { there.formUnion(there.map(bare)) }
        let missing = client.scopes.filter {
            let wanted = $0.lowercased()
            return !beside.contains($0) && !there.contains(wanted)
                && !(client.isMicrosoft && there.contains(bare(wanted)))
        }
        guard !missing.isEmpty else { return }
        var failure = Failure(MR_E_AUTH, "not granted: \(missing.prefix(5).joined(separator: " "))")
        failure.cause = "oauth.scope_missing"
        failure.step = "token"
        throw failure
    }

    private static func bare(_ scope: String) -> String {
        scope.split(separator: "/", omittingEmptySubsequences: false).last.map(String.init) ?? scope
    }

    /// Who signed in; nil where the issuer does not say.
    /// - Throws: `MR_E_AUTH` where it is somebody else.
    func owner(_ access: [UInt8], idToken: String?) throws(Failure) -> String? {
        var claims = idToken.flatMap(SignedToken.claims)
        if let audience = claims?.text("aud"), audience != client.id { claims = nil }
        if claims == nil, client.scopes.contains("openid") || client.issuer == nil,
            let address = client.address(.userinfo)
        {
            // Who does not say it is not disbelieved: the mail server is asked next.
            let answer = try? endpoint.get(address, token: access)
            claims = answer.flatMap { $0.isDone ? $0.body : nil }
        }
        guard let claims else { return nil }
        let names = ["email", "preferred_username", "upn", "unique_name"].compactMap { claims.text($0) }.filter {
            $0.has("@")
        }
        guard let first = names.first else { return nil }
        let expected = client.names.map { AddressKey.of($0) }
        if names.contains(where: { expected.contains(AddressKey.of($0)) }) { return OAuthFailure.clean(first, 320) }
        var failure = Failure(
            MR_E_AUTH,
            "\(OAuthFailure.clean(first, 320)) signed in, where \(client.names[0]) was to do so")
        failure.cause = "oauth.wrong_mailbox"
        failure.step = "token"
        throw failure
    }
}
