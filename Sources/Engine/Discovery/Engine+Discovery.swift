import Base
import Store

extension Engine {
    /// A job of kind `discover`: it touches no account, and no secret is near it.
    package func discover(_ address: String) throws(Failure) -> Job {
        try checkOpen()
        try Engine.checkAddress(address, "address")
        _ = try DiscoveryAddress(address)
        let job = NewJob(kind: "discover", params: Record(["address": .text(address)]), onDeath: .repeat)
        return Job(try core.store.insertJob(job), self)
    }
}

extension JobRunner {
    func discover(_ job: JobRow, _ interruption: Interruption) throws(Failure) -> Record {
        let tools = DiscoveryTools(
            address: try DiscoveryAddress(job.params.text("address") ?? ""), options: core.options,
            interruption: interruption, until: Clock.boot() + DiscoveryWork.withinMs)
        let work = DiscoveryWork(tools: tools) { done, note in
            try? core.store.jobProgress(
                job.id, claim: job.claims, done: done, total: DiscoveryWork.steps, note: note)
        }
        return try work.run()
    }
}
