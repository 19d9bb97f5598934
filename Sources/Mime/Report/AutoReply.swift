import Base

/// Answers of machines: vacation notices, acknowledgements (RFC 3834). A subject alone never makes one.
enum AutoReply {
    static func holds(_ signs: ReportSigns, title: String) -> Bool {
        if signs.autoSubmitted == "no" { return false }
        if signs.autoSubmitted == "auto-replied" { return true }
        if signs.isList { return false }
        if signs.answersByItself { return true }
        let lower = title.lowercased()
        let isTitled = titles.contains { lower.has($0) }
        // What a program wrote by itself is an answer where it says to what, or is called one.
        if signs.isAutomatic { return signs.answers || isTitled }
        if signs.isDaemon || signs.mayBeDaemon { return false }
        if signs.isFromNobody { return signs.answers || isTitled }
        return isTitled && (signs.suppressesAnswers || signs.isBulk)
    }

    private static let titles: [String] = [
        "automatic reply", "auto reply", "autoreply", "auto-reply", "auto response", "automated reply",
        "automated response", "out of office", "out of the office", "on vacation", "away from my mail",
        "abwesenheit", "automatische antwort", "réponse automatique", "absence du bureau", "respuesta automática",
        "fuera de la oficina", "risposta automatica", "fuori sede", "automatisch antwoord", "afwezig", "autosvar",
        "automaattinen vastaus", "resposta automática", "automatyczna odpowiedź", "автоответ", "автоматический ответ",
        "自動応答", "自动回复", "自動回覆",
    ]
}
