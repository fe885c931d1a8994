import OrgKey
import OrgKeyWire
import Testing

/// What the calls about organizations ask, and what they make of the answer.
@Suite(.timeLimit(.minutes(1))) struct OrganizationCallTests {
  private static let answered = OrgKeyWire.Organization(
    organizationID: "a", parentID: "p", suspended: true, depth: 1)

  /// Answers as the contract has it for each of the calls that return the organization.
  private static func answer(_ method: Request.Method) -> Response.Result? {
    switch method {
    case .moveOrganization: .moveOrganization(MoveOrganizationResponse(organization: answered))
    case .suspendOrganization:
      .suspendOrganization(SuspendOrganizationResponse(organization: answered))
    case .resumeOrganization:
      .resumeOrganization(ResumeOrganizationResponse(organization: answered))
    default: nil
    }
  }

  @Test(arguments: Way.allCases)
  func movingSuspendingAndResumingReturnTheOrganization(_ way: Way) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(asked.answering(OrganizationCallTests.answer))
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    var results: [Result<OrgKey.Organization, ChangeError>] = []
    for place in [OrganizationPlace.under("p"), .root] {
      results.append(
        await way.make(administrator) { (administrator) async throws(ChangeError) in
          try await administrator.moveOrganization(id: "a", to: place)
        } _: { (administrator) throws(ChangeError) in
          try administrator.moveOrganization(id: "a", to: place)
        })
    }
    results.append(
      await way.make(administrator) { (administrator) async throws(ChangeError) in
        try await administrator.suspendOrganization(id: "a")
      } _: { (administrator) throws(ChangeError) in
        try administrator.suspendOrganization(id: "a")
      })
    results.append(
      await way.make(administrator) { (administrator) async throws(ChangeError) in
        try await administrator.resumeOrganization(id: "a")
      } _: { (administrator) throws(ChangeError) in
        try administrator.resumeOrganization(id: "a")
      })
    let expected = OrgKey.Organization(
      id: "a", parentID: "p", isSuspended: true, depth: 1, subtreeOrganizationCount: 0)
    for result in results { #expect(result.success == expected) }
    #expect(
      asked.methods == [
        .moveOrganization(MoveOrganizationRequest(organizationID: "a", parentID: "p")),
        .moveOrganization(MoveOrganizationRequest(organizationID: "a", toRoot: true)),
        .suspendOrganization(SuspendOrganizationRequest(organizationID: "a")),
        .resumeOrganization(ResumeOrganizationRequest(organizationID: "a")),
      ])
  }

  @Test(arguments: Way.allCases)
  func deletingTakesNothingAlongUnlessAsked(_ way: Way) async throws {
    let asked = Asked()
    let peer = try ScriptedPeer(
      asked.answering { _ in
        .deleteOrganization(
          DeleteOrganizationResponse(deletedOrganizationCount: 2, revokedKeyCount: 3))
      })
    let administrator = OrgKeyClient(socketPath: peer.path).administrator()
    let deleted = DeletedOrganizations(organizationCount: 2, revokedKeyCount: 3)
    for (revokes, descends) in [(false, true), (true, false)] {
      let result = await way.make(administrator) { (administrator) async throws(ChangeError) in
        try await administrator.deleteOrganization(
          id: "a", revokingKeys: revokes, includingDescendants: descends)
      } _: { (administrator) throws(ChangeError) in
        try administrator.deleteOrganization(
          id: "a", revokingKeys: revokes, includingDescendants: descends)
      }
      #expect(result.success == deleted)
    }
    let careful = await way.make(administrator) { (administrator) async throws(ChangeError) in
      try await administrator.deleteOrganization(id: "a")
    } _: { (administrator) throws(ChangeError) in
      try administrator.deleteOrganization(id: "a")
    }
    #expect(careful.success == deleted)
    #expect(
      asked.methods == [
        .deleteOrganization(
          DeleteOrganizationRequest(organizationID: "a", includeDescendants: true)),
        .deleteOrganization(DeleteOrganizationRequest(organizationID: "a", revokeKeys: true)),
        .deleteOrganization(DeleteOrganizationRequest(organizationID: "a")),
      ])
  }
}
