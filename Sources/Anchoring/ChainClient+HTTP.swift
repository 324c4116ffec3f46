public import Ethereum
public import Transfer

extension ChainClient {
    /// A client of the node at `url`. Only the host of the address is ever shown: its path may hold a secret.
    public init(url: String, limits: HTTPRequest.Limits = HTTPRequest.Limits()) {
        self.init { (body) throws(ChainError) in
            let answer: HTTPResponse
            do {
                answer = try HTTPRequest(
                    .post, url,
                    fields: [.init("Content-Type", "application/json"), .init("Accept", "application/json")],
                    body: body, limits: limits
                ).send()
            } catch { throw .unreachable("\(error)") }
            // Some nodes answer errors of the call with a status of 400; an error of the server is none of the call.
            guard answer.status < 500, answer.status != 429 else {
                throw .unreachable("\(HTTPRequest.host(of: url)) answers with status \(answer.status)")
            }
            return answer.body
        }
    }
}
