import Wire

/// What a folder is for: from its attribute (RFC 6154; XLIST's older words), else from its name.
enum FolderRole: String, CaseIterable {
    case inbox, sent, drafts, trash, junk, archive, all, flagged

    /// The role of each folder. A name counts only where no folder has the attribute, and once; the folder nearest
    /// to the root wins.
    static func roles(_ folders: [(path: String, entry: Imap.ListEntry)]) -> [FolderRole?] {
        var roles = folders.map { $0.path == "INBOX" ? FolderRole.inbox : attribute($0.entry) }
        let taken = Set(roles.compactMap { $0 })
        var best: [FolderRole: (index: Int, depth: Int)] = [:]
        for (index, folder) in folders.enumerated() where roles[index] == nil {
            let delimiter = folder.entry.delimiter?.first
            let parts = delimiter.map { mark in folder.path.split(separator: mark) } ?? [Substring(folder.path)]
            guard parts.count <= 2, let last = parts.last, let role = names[FolderNames.folded(last)],
                !taken.contains(role),
                !folder.entry.has("\\Noselect"), !folder.entry.has("\\NonExistent")
            else { continue }
            // Below INBOX, as Courier has it, or below [Gmail]: elsewhere a folder "Sent" is some project's.
            if parts.count == 2, parts[0].uppercased() != "INBOX", !parts[0].hasPrefix("[") { continue }
            if let found = best[role], found.depth <= parts.count { continue }
            best[role] = (index, parts.count)
        }
        for (role, found) in best { roles[found.index] = role }
        return roles
    }

    private static func attribute(_ entry: Imap.ListEntry) -> FolderRole? {
        for attribute in entry.attributes {
            switch attribute.lowercased() {
            case "\\sent": return .sent
            case "\\drafts": return .drafts
            case "\\trash": return .trash
            case "\\junk", "\\spam": return .junk
            case "\\archive": return .archive
            case "\\all", "\\allmail": return .all
            case "\\flagged", "\\starred": return .flagged
            default: continue
            }
        }
        return nil
    }

    /// Names as servers and clients of many countries make them, as `FolderNames.folded` spells them.
    private static let names: [String: FolderRole] = {
        let table: [(FolderRole, [String])] = [
            (
                .sent,
                [
                    "sent", "sent items", "sent messages", "sent mail", "sent-mail", "gesendet", "gesendete elemente",
                    "gesendete objekte", "gesendete nachrichten", "envoyés", "envoyes", "éléments envoyés",
                    "messages envoyés",
                    "objets envoyés", "enviados", "elementos enviados", "mensajes enviados", "itens enviados",
                    "mensagens enviadas", "enviadas", "inviata", "posta inviata", "inviati", "elementi inviati",
                    "verzonden", "verzonden items", "verzonden objecten", "wysłane", "elementy wysłane", "skickat",
                    "skickade objekt", "sendt", "sendte elementer", "lähetetyt", "odeslané", "odeslaná pošta",
                    "odoslané",
                    "elküldött", "elküldött elemek", "trimise", "отправленные", "надіслані", "изпратени", "poslano",
                    "gönderilmiş öğeler", "gönderilenler", "送信済み", "送信済みメール", "送信済みアイテム", "已发送", "已发送邮件",
                    "已傳送", "寄件備份", "보낸편지함", "보낸 편지함", "ส่งแล้ว", "đã gửi", "נשלחו", "المرسلة",
                ]
            ),
            (
                .drafts,
                [
                    "drafts", "draft", "entwürfe", "entwurf", "brouillons", "borradores", "rascunhos", "bozze",
                    "concepten",
                    "kopie robocze", "szkice", "utkast", "kladder", "luonnokset", "koncepty", "rozepsané",
                    "piszkozatok",
                    "ciorne", "черновики", "чернетки", "taslaklar", "下書き", "草稿", "草稿箱", "임시보관함", "임시 보관함",
                    "ฉบับร่าง", "thư nháp", "טיוטות", "المسودات",
                ]
            ),
            (
                .trash,
                [
                    "trash", "deleted", "deleted items", "deleted messages", "bin", "papierkorb", "gelöschte elemente",
                    "gelöscht", "gelöschte objekte", "corbeille", "éléments supprimés", "messages supprimés",
                    "papelera",
                    "elementos eliminados", "lixeira", "lixo", "itens excluídos", "itens eliminados", "cestino",
                    "posta eliminata", "elementi eliminati", "prullenbak", "prullenmand", "verwijderde items", "kosz",
                    "elementy usunięte", "papperskorgen", "borttaget", "papirkurv", "papirkurven", "slettede elementer",
                    "roskakori", "poistetut", "koš", "kôš", "kuka", "törölt elemek", "coș de gunoi", "корзина",
                    "удаленные", "удалённые", "кошик", "çöp kutusu", "silinmiş öğeler", "ゴミ箱", "ごみ箱", "已删除",
                    "已删除邮件", "垃圾桶", "휴지통", "지운편지함", "ถังขยะ", "thùng rác", "אשפה", "المهملات",
                ]
            ),
            (
                .junk,
                [
                    "junk", "spam", "junk mail", "junk e-mail", "junk email", "bulk mail", "spamverdacht",
                    "junk-e-mail",
                    "unerwünscht", "indésirables", "courrier indésirable", "pourriel", "correo no deseado",
                    "correo basura", "lixo eletrônico", "lixo eletrónico", "posta indesiderata", "ongewenste e-mail",
                    "ongewenst", "wiadomości-śmieci", "skräppost", "søppelpost", "uønsket e-post", "uønsket mail",
                    "roskaposti", "nevyžádaná pošta", "nevyžiadaná pošta", "levélszemét", "спам", "нежелательная почта",
                    "istenmeyen", "istenmeyen e-posta", "gereksiz", "迷惑メール", "垃圾邮件", "垃圾郵件", "스팸", "스팸메일함",
                    "สแปม", "thư rác", "דואר זבל",
                ]
            ),
            (
                .archive,
                [
                    "archive", "archives", "archiv", "archivo", "archivado", "arquivo", "arquivados", "archivio",
                    "archief",
                    "archiwum", "arkiv", "arkisto", "archív", "archívum", "архив", "архів", "arşiv", "アーカイブ", "存档",
                    "归档",
                    "封存", "보관함", "보관",
                ]
            ),
            (.all, ["all mail", "alle nachrichten", "tous les messages", "todos", "tutti i messaggi"]),
            (.flagged, ["starred", "flagged", "markiert", "suivis", "destacados", "speciali"]),
        ]
        var names: [String: FolderRole] = [:]
        for (role, words) in table { for word in words { names[FolderNames.folded(word)] = role } }
        return names
    }()
}
