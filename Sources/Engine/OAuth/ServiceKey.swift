import Base
import CMailroom
import PluginHost
import Store

/// The key by which an application signs for itself, with the name that it goes by at Google.
struct ServiceKey {
    let pem: [UInt8]
    /// The service account's address.
    let email: String

    /// - Parameters:
    ///   - key: PEM, or Google's JSON file with it.
    ///   - email: the service account's, where the file does not say it.
    /// - Throws: `MR_E_AUTH` with cause oauth.service_key.
    init(_ key: [UInt8], email: String?) throws(Failure) {
        if key.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
            guard let file = try? JSON.parse(key), let text = file.text("private_key"),
                let address = file.text("client_email")
            else { throw SignedToken.unusable("service_key", "is no service account's JSON file") }
            pem = Array(text.utf8)
            self.email = address
            return
        }
        guard String(decoding: key.prefix(4096), as: UTF8.self).has("-----BEGIN ") else {
            throw SignedToken.unusable("service_key", "is neither a private key in PEM nor Google's JSON file")
        }
        guard let email, !email.isEmpty else { throw SignedToken.unusable("service_email", "is not set") }
        pem = key
        self.email = email
    }

    /// What is wrong with what an application is to log in by, found without asking anybody.
    /// - Throws: `MR_E_INVALID` naming the setting.
    static func check(_ client: OAuthClient, key: [UInt8]?, certificate: [UInt8]?) throws(Failure) {
        do throws(Failure) {
            guard let key else {
                guard client.secret != nil else {
                    throw SignedToken.unusable("service_key", "is not set, and no client_secret either")
                }
                return try client.checkID()
            }
            if let certificate {
                try client.checkID()
                _ = try SignedToken.make(Record([:]), key: key, certificate: certificate)
            } else {
                _ = try SignedToken.make(
                    Record([:]), key: try ServiceKey(key, email: client.setting("service_email")).pem)
            }
        } catch {
            var failure = error
            failure.result = Int32(MR_E_INVALID)
            throw failure.explained()
        }
    }
}

extension Engine {
    /// An application that logs in for itself has what it needs for that: before anything is stored.
    /// - Parameter account: the one that is there, whose secrets hold where none are given.
    func checkService(
        _ settings: [String: String], _ secrets: [String: [UInt8]], _ form: AccountForm, address: String,
        account: AccountRow? = nil
    ) throws(Failure) {
        guard settings["auth"] == "service" else { return }
        let client = OAuthClient(
            settings, address: address, scheme: form.manifest.scheme,
            sides: (form.receives(settings), form.sends(settings)),
            secret: try secret("client_secret", secrets, form, account))
        try ServiceKey.check(
            client, key: try secret("service_key", secrets, form, account),
            certificate: try secret("service_certificate", secrets, form, account))
    }
}
