internal import OrgKey
internal import OrgKeyModel

// Some names stand both for a rule's value and for one of the library's. In this module the plain
// name is the library's.
typealias Explanation = OrgKey.Explanation
typealias KeyState = OrgKey.KeyState
typealias KeyText = OrgKey.KeyText
typealias RateLimit = OrgKey.RateLimit
typealias RateLimitState = OrgKey.RateLimitState
typealias Reason = OrgKey.Reason
typealias Refusal = OrgKey.Refusal

/// What a rule says of a wrong argument.
typealias BrokenRule = OrgKeyModel.Refusal
