import Base
import CMailroom

extension Store {
    /// The access has been taken away: tokens and authorizations are forgotten, whoever works on the account stops, whatever
    /// connection it still has, and the health is at once what the rule says.
    package func takeAccess(account: Int64, _ rule: (Health) throws(Failure) -> Health?) throws(Failure) {
        try write { (transaction) throws(Failure) in
            let before = try loadAccount(transaction.db, account).health
            try transaction.voidLease(of: account)
            try transaction.forgetToken(account)
            if let after = try rule(before), after != before { try transaction.setHealth(account, before, after) }
            transaction.change("account", account, account: account, "changed", "token")
        }
    }
}
