"""Every query and mutation, tried from the neighbour, without signing in, by another applicant, and at the portal.

City and neighbour hold rows with the same primary keys. The table below has one entry for every root field; a field
without one fails the first test. For each entry:

* the neighbour's staff (every role there) call it at the *city's* endpoint with the city's keys,
* another applicant does,
* a stranger does,
* the neighbour's staff call it at *their own* endpoint with the same keys: they may reach their own rows, never the city's,
* it is asked at the portal.

Nothing of the city's is shown, and not a row of it changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.conf import settings

from zt_graphql.schema import policies, schema

ROOTS = {name: (root, policy) for root, name, policy in policies.roots(schema)}
OWN_DATA = "shows the caller's own data"
PUBLIC_DATA = "is public"


@dataclass(frozen=True)
class Attempt:
    """One call with the city's keys, and how it is refused.

    ``refused`` is the code for staff of the neighbour at the city's endpoint, or OWN_DATA or PUBLIC_DATA where the call
    is allowed and shows nothing of others; ``applicant`` is the code for another applicant (the same by default).
    """

    call: str
    refused: str = "NOT_PERMITTED"
    applicant: str = ""
    changes: bool = False


CASE = "{ case { id trackingNumber applicantNameMasked } }"
ATTEMPTS = {
    # shared and public
    "here": Attempt("here { code }", PUBLIC_DATA),
    "centre": Attempt('centre(code: "$city") { name }', PUBLIC_DATA),
    "centres": Attempt("centres { edges { node { code } } }", PUBLIC_DATA),
    "offeredItems": Attempt('offeredItems(centreCode: "$city") { edges { node { name } } }', PUBLIC_DATA),
    "items": Attempt("items { edges { node { code } } }", PUBLIC_DATA),
    "item": Attempt('item(code: "$item") { name }', PUBLIC_DATA),
    "itemVersion": Attempt('itemVersion(itemCode: "$item") { version }', PUBLIC_DATA),
    "delegations": Attempt("delegations { edges { node { itemCode } } }", PUBLIC_DATA),
    "departments": Attempt("departments { code }", PUBLIC_DATA),
    "windows": Attempt("windows { code }", PUBLIC_DATA),
    "trackCase": Attempt('trackCase(trackingNumber: "$number", phoneTail: "0000") { status }', "CASE_NOT_FOUND"),
    "verifyPaper": Attempt(
        'verifyPaper(code: "340100-0000-0000-0000-000F") { verdict number addresseeMasked }', PUBLIC_DATA
    ),
    # accounts
    "me": Attempt("me { username }", OWN_DATA),
    "accountByResidentId": Attempt('accountByResidentId(residentId: "340102199003074513") { fullName }'),
    "accountsByPhone": Attempt('accountsByPhone(phone: "13855512345") { fullName }'),
    "signIn": Attempt('signIn(username: "zhang.san", password: "x") { me { fullName } }', "SIGN_IN_REFUSED"),
    "signOut": Attempt("signOut { signedOut }", OWN_DATA),
    "registerAccount": Attempt(
        'registerAccount(username: "zhang.san", password: "long-enough-9", fullName: "赵四", phone: "13800000000")'
        " { account { id } }",
        "USERNAME_TAKEN",
    ),
    "verifyIdentity": Attempt(
        'verifyIdentity(accountId: "$account", residentId: "340102199003074513", fullName: "某某") { account { id } }'
    ),
    "authorise": Attempt(
        'authorise(organisationName: "某公司", uscc: "1", validFrom: "2026-01-01", validUntil: "2027-01-01")'
        " { authorisation { id } }",
        "INVALID_INPUT",
    ),
    "verifyAuthorisation": Attempt(
        'verifyAuthorisation(authorisationId: "$authorisation") { authorisation { organisationName } }'
    ),
    "revokeAuthorisation": Attempt(
        'revokeAuthorisation(authorisationId: "$authorisation") { authorisation { organisationName } }', "NOT_FOUND"
    ),
    # cases, read
    "queue": Attempt("queue { edges { node { trackingNumber applicantNameMasked } } }"),
    "queueCounts": Attempt("queueCounts { status cases }"),
    "windowDrafts": Attempt("windowDrafts { edges { node { id } } }"),
    "case": Attempt(
        'case(id: "$case") { trackingNumber applicant { name } papers { number file { fileName } } }', "CASE_NOT_FOUND"
    ),
    "caseByNumber": Attempt(
        'caseByNumber(trackingNumber: "$number") { trackingNumber applicant { name } }', "CASE_NOT_FOUND"
    ),
    "myDrafts": Attempt("myDrafts { edges { node { id itemName applicantNameMasked } } }", OWN_DATA),
    "myDiscardedDrafts": Attempt("myDiscardedDrafts { edges { node { id itemName applicantNameMasked } } }", OWN_DATA),
    "windowDiscardedDrafts": Attempt("windowDiscardedDrafts { edges { node { id applicantNameMasked } } }"),
    "myCasesHere": Attempt("myCasesHere { edges { node { trackingNumber } } }", OWN_DATA),
    "myCases": Attempt("myCases { edges { node { trackingNumber } } }", OWN_DATA),
    # cases, the applicant's side
    "startApplication": Attempt(f'startApplication(itemCode: "$item") {CASE}', OWN_DATA, changes=True),
    "startAtWindow": Attempt(f'startAtWindow(itemCode: "$item", accountId: "$account") {CASE}'),
    "saveForm": Attempt(f'saveForm(caseId: "$draft", form: []) {CASE}', "CASE_NOT_FOUND"),
    "discardDraft": Attempt(f'discardDraft(caseId: "$draft") {CASE}', "CASE_NOT_FOUND"),
    "restoreDraft": Attempt(f'restoreDraft(caseId: "$draft") {CASE}', "CASE_NOT_FOUND"),
    "openUpload": Attempt(
        'openUpload(caseId: "$draft", materialCode: "id", fileName: "a.pdf", size: 9, contentType: "application/pdf")'
        " { ticket { url } }",
        "CASE_NOT_FOUND",
    ),
    "openLargeUpload": Attempt(
        'openLargeUpload(caseId: "$draft", materialCode: "id", fileName: "a.pdf", size: 9, contentType: "application/pdf")'
        " { upload { attachmentId } }",
        "CASE_NOT_FOUND",
    ),
    "announceParts": Attempt(
        f'announceParts(attachmentId: "$large", parts: [{{number: 1, sha256: "{"a" * 64}"}}]) {{ tickets {{ url }} }}',
        "NOT_FOUND",
    ),
    "abortUpload": Attempt('abortUpload(attachmentId: "$large") { aborted }', "NOT_FOUND"),
    "confirmUpload": Attempt(
        'confirmUpload(attachmentId: "$attachment") { attachment { fileName downloadUrl } }', "NOT_FOUND"
    ),
    "attachMaterial": Attempt(
        f'attachMaterial(caseId: "$draft", materialCode: "id", attachmentId: "$attachment") {CASE}', "CASE_NOT_FOUND"
    ),
    "detachMaterial": Attempt(
        f'detachMaterial(caseId: "$draft", caseMaterialId: "$material") {CASE}', "CASE_NOT_FOUND"
    ),
    "submitApplication": Attempt(f'submitApplication(caseId: "$draft") {CASE}', "CASE_NOT_FOUND"),
    "resubmitApplication": Attempt(f'resubmitApplication(caseId: "$case") {CASE}', "CASE_NOT_FOUND"),
    "withdrawCase": Attempt(f'withdrawCase(caseId: "$case") {CASE}', "CASE_NOT_FOUND"),
    # cases, the staff's side
    "passPreReview": Attempt(f'passPreReview(caseId: "$case") {CASE}'),
    "returnForCorrection": Attempt(f'returnForCorrection(caseId: "$case", defects: ["x"]) {CASE}'),
    "acceptApplication": Attempt(f'acceptApplication(caseId: "$case") {CASE}'),
    "handDownApplication": Attempt(f'handDownApplication(caseId: "$case") {CASE}'),
    "refuseApplication": Attempt(f'refuseApplication(caseId: "$case", reason: "x") {CASE}'),
    "declineCase": Attempt(f'declineCase(caseId: "$case", reason: "x") {CASE}'),
    "reviewCase": Attempt(f'reviewCase(caseId: "$case") {CASE}'),
    "decideCase": Attempt(f'decideCase(caseId: "$case", result: GRANTED) {CASE}'),
    "decideOnTheSpot": Attempt(f'decideOnTheSpot(caseId: "$case", result: GRANTED) {CASE}'),
    "sealAndComplete": Attempt(f'sealAndComplete(caseId: "$case") {CASE}'),
    "deliverCase": Attempt(f'deliverCase(caseId: "$case") {CASE}'),
    "chooseDelivery": Attempt(f'chooseDelivery(caseId: "$case", method: PICK_UP) {CASE}', "CASE_NOT_FOUND"),
    "postResult": Attempt(f'postResult(caseId: "$case", carrier: "EMS", postNumber: "EZ123456789CN") {CASE}'),
    "confirmReceipt": Attempt(f'confirmReceipt(caseId: "$case", proof: "x") {CASE}', "CASE_NOT_FOUND"),
    "takeBack": Attempt(f'takeBack(caseId: "$case", reason: "x") {CASE}'),
    # cases, their clock and their ends
    "pauseCase": Attempt(f'pauseCase(caseId: "$case", procedure: HEARING, expectedDays: 3, reason: "x") {CASE}'),
    "resumeCase": Attempt(f'resumeCase(caseId: "$case") {CASE}'),
    "requestExtension": Attempt(f'requestExtension(caseId: "$case", days: 3, reason: "x") {CASE}'),
    "approveExtension": Attempt(f'approveExtension(caseId: "$case") {CASE}'),
    "refuseExtension": Attempt(f'refuseExtension(caseId: "$case", reason: "x") {CASE}'),
    "terminateCase": Attempt(f'terminateCase(caseId: "$case", reason: "x") {CASE}'),
    "transferByCompetence": Attempt(f'transferByCompetence(caseId: "$case", competentOrgan: "x") {CASE}'),
    "secondCorrectionNotice": Attempt(f'secondCorrectionNotice(caseId: "$case", defects: ["x"], reason: "x") {CASE}'),
    "addMaterials": Attempt(
        f'addMaterials(caseId: "$case", materialCode: "id", attachmentIds: ["$attachment"]) {CASE}', "CASE_NOT_FOUND"
    ),
    # cases, their special ways
    "signCommitment": Attempt(f'signCommitment(caseId: "$case", signedBy: "x", agreed: true) {CASE}', "CASE_NOT_FOUND"),
    "grantOnCommitment": Attempt(f'grantOnCommitment(caseId: "$case", validUntil: "2026-05-01") {CASE}'),
    "convertPermit": Attempt(f'convertPermit(caseId: "$case", opinion: "x") {CASE}'),
    "withdrawPermit": Attempt(f'withdrawPermit(caseId: "$case", reason: "x") {CASE}'),
    "approveSpecially": Attempt(f'approveSpecially(caseId: "$case", reason: "x") {CASE}'),
    "defaultRules": Attempt("defaultRules { itemCode legalBasis }"),
    "switchDefaultRuleOn": Attempt(
        'switchDefaultRuleOn(itemCode: "$item", legalBasis: "x", validFrom: "2026-03-01") { rules { itemCode } }'
    ),
    "switchDefaultRuleOff": Attempt('switchDefaultRuleOff(itemCode: "$item", reason: "x") { rules { itemCode } }'),
    # supervision orders
    "supervisionOrders": Attempt("supervisionOrders { edges { node { number reason } } }"),
    "supervisionOrder": Attempt('supervisionOrder(orderId: "$order") { number reason }'),
    "giveSupervisionOrder": Attempt(
        'giveSupervisionOrder(addresseeCode: "$city", reason: "x", departmentCode: "SC") { order { number } }'
    ),
    "openOrderUpload": Attempt(
        'openOrderUpload(orderId: "$order", fileName: "a.pdf", size: 9, contentType: "application/pdf")'
        " { ticket { url } }"
    ),
    "replyToSupervisionOrder": Attempt(
        'replyToSupervisionOrder(orderId: "$order", explanation: "x", attachmentIds: ["$attachment"])'
        " { order { reason } }"
    ),
    "acceptSupervisionReply": Attempt('acceptSupervisionReply(orderId: "$order") { order { reason } }'),
    "returnSupervisionReply": Attempt('returnSupervisionReply(orderId: "$order", reason: "x") { order { reason } }'),
    "withdrawSupervisionOrder": Attempt(
        'withdrawSupervisionOrder(orderId: "$order", reason: "x") { order { reason } }'
    ),
    "recordFinding": Attempt(
        'recordFinding(orderId: "$order", accountId: "$account", ground: OVERTIME, facts: "x", decision: "x")'
        " { order { reason findings { name } } }"
    ),
    "withdrawFinding": Attempt(
        'withdrawFinding(orderId: "$order", findingId: "$order", reason: "x") { order { findings { name } } }'
    ),
    # joint handling
    "jointTasks": Attempt("jointTasks { edges { node { part } } }"),
    "jointTask": Attempt('jointTask(taskId: "$task") { task { part } facts { applicantName } }'),
    "jointRegister": Attempt("jointRegister { edges { node { number case { trackingNumber } } } }"),
    "jointCandidates": Attempt('jointCandidates(caseId: "$case") { departmentName }'),
    "jointFigures": Attempt('jointFigures(since: "2026-01-01") { projects }'),
    "openJointHandling": Attempt('openJointHandling(caseId: "$case") { joint { number } }'),
    "askParticipants": Attempt(
        'askParticipants(caseId: "$case", asks: [{centreCode: "340123", part: "x"}]) { tasks { part } }'
    ),
    "recallJointTask": Attempt('recallJointTask(taskId: "$task", reason: "x") { task { part } }'),
    "signForJointTask": Attempt('signForJointTask(taskId: "$task") { task { part } }'),
    "openOpinionUpload": Attempt(
        'openOpinionUpload(taskId: "$task", fileName: "a.pdf", size: 9, contentType: "application/pdf")'
        " { ticket { url } }"
    ),
    "giveJointOpinion": Attempt('giveJointOpinion(taskId: "$task", opinion: CONSENT) { task { part } }'),
    "conveneJointMeeting": Attempt(
        'conveneJointMeeting(caseId: "$case", kind: SURVEY, subject: "x", place: "x", at: "2099-01-01T10:00:00+08:00",'
        ' taskIds: ["$task"]) { joint { number } }'
    ),
    "closeJointMeeting": Attempt(
        'closeJointMeeting(caseId: "$case", meetingId: "x", attendance: [], minutes: "x") { joint { number } }'
    ),
    "cancelJointMeeting": Attempt(
        'cancelJointMeeting(caseId: "$case", meetingId: "x", reason: "x") { joint { number } }'
    ),
    "recordJointCoordination": Attempt(
        'recordJointCoordination(caseId: "$case", parties: "x", opinion: "x", outcome: "x") { joint { number } }'
    ),
    # the work calendar
    "calendarYear": Attempt("calendarYear(year: 2026) { workingDays provisional overrides { day } }", PUBLIC_DATA),
    "overrideDay": Attempt('overrideDay(day: "2026-03-06", working: false, reason: "x") { year { year } }'),
    "withdrawOverride": Attempt('withdrawOverride(day: "2026-03-06") { year { year } }'),
    "declareYear": Attempt('declareYear(year: 2027, documentNumber: "x", holidays: ["2027-02-06"]) { year { year } }'),
    # the centre's own administration
    "staff": Attempt("staff { edges { node { fullName } } }"),
    "publishItemVersion": Attempt(
        'publishItemVersion(itemCode: "$item", kind: PROMISED, statutoryDays: 20, statutoryBasis: "x", promisedDays: 5,'
        ' legalBasis: "x", conditions: "x", procedure: "x", fee: "不收费", form: [], materials: [{code: "a", name: "甲",'
        ' nameEn: "A", maxSize: 9, acceptedTypes: ["application/pdf"]}]) { itemVersion { version } }'
    ),
    "setItemActive": Attempt('setItemActive(itemCode: "$item", active: false) { item { code } }'),
    "openDelegation": Attempt(
        'openDelegation(itemCode: "$item", kind: DEVOLVED, toCentreCode: "340123", toDepartmentCode: "SC",'
        ' toDepartmentName: "x", legalBasis: "x", evaluationNote: "x", validFrom: "2026-01-01") { delegation { id } }'
    ),
    "completeHandoverStep": Attempt(
        'completeHandoverStep(delegationId: "$delegation", step: "docking", on: "2026-01-02") { delegation { id } }'
    ),
    "revokeDelegation": Attempt(
        'revokeDelegation(delegationId: "$delegation", on: "2099-01-02", reason: "x") { delegation { id } }'
    ),
    "postStaffMember": Attempt(
        'postStaffMember(accountId: "$account", fullName: "某某", roles: [REVIEWER]) { staffMember { id } }'
    ),
    "changeRoles": Attempt('changeRoles(staffId: "$staff", roles: []) { staffMember { id } }'),
    "endPosting": Attempt('endPosting(staffId: "$staff") { staffMember { id } }'),
    # messages
    "outboundStreams": Attempt("outboundStreams { edges { node { backlog } } }"),
    "inboundStreams": Attempt("inboundStreams { edges { node { lastSequence } } }"),
    "unappliedMessages": Attempt("unappliedMessages { edges { node { subject } } }"),
    "refusals": Attempt("refusals { edges { node { reason } } }"),
    "refusedMessages": Attempt("refusedMessages { edges { node { subject } } }"),
    "messageTrail": Attempt('messageTrail(trackingNumber: "$number") { type }'),
    "replayMessage": Attempt('replayMessage(messageId: "$message") { applied }'),
    "repairMessage": Attempt('repairMessage(eventId: "$event", reason: "x") { message { subject } }'),
    "closeMessage": Attempt('closeMessage(eventId: "$event", reason: "x") { closed }'),
    "resumeDestination": Attempt('resumeDestination(destinationCode: "340123", reason: "x") { waiting }'),
    # what people are told
    "inbox": Attempt("inbox { edges { node { trackingNumber text } } }", OWN_DATA),
    "unreadNotices": Attempt("unreadNotices", OWN_DATA),
    "markNoticesRead": Attempt("markNoticesRead { marked }", OWN_DATA),
    "sentNotices": Attempt("sentNotices { edges { node { trackingNumber text phoneMasked } } }"),
    # departments' data
    "dataServices": Attempt("dataServices { code }"),
    "dataGrants": Attempt("dataGrants { edges { node { centreCode } } }"),
    "dataCalls": Attempt("dataCalls { edges { node { subject actorName } } }"),
    "myDataLooks": Attempt("myDataLooks { by trackingNumber }", OWN_DATA),
    "checkCase": Attempt('checkCase(caseId: "$case", serviceCode: "mps.identity-check") { call { id subject } }'),
    "openDataGrant": Attempt(
        'openDataGrant(serviceCode: "mps.identity-check", centreCode: "$city", fields: ["result"], purpose: "x",'
        ' legalBasis: "x", validFrom: "2026-01-01") { grant { id } }'
    ),
    "revokeDataGrant": Attempt(
        'revokeDataGrant(grantId: "01900000-0000-7000-8000-000000000001", reason: "x") { grant { id } }'
    ),
    # supervision: another city's supervisor looks at this city
    "supervisionOverview": Attempt(
        'supervisionOverview(centreCode: "$city") { today { submitted } }', "NOT_FOUND", "NOT_PERMITTED"
    ),
    "supervisionLeague": Attempt('supervisionLeague(centreCode: "$city") { ownHall }', "NOT_FOUND", "NOT_PERMITTED"),
    "supervisionFeedSummary": Attempt(
        'supervisionFeedSummary(centreCode: "$city") { reporting }', "NOT_FOUND", "NOT_PERMITTED"
    ),
    "supervisionFeeds": Attempt(
        'supervisionFeeds(centreCode: "$city") { edges { node { lastSequence } } }', "NOT_FOUND", "NOT_PERMITTED"
    ),
    "supervisionStreams": Attempt(
        'supervisionStreams(centreCode: "$city") { edges { node { backlog lastError } } }', "NOT_FOUND", "NOT_PERMITTED"
    ),
    "supervisionMessages": Attempt(
        'supervisionMessages(centreCode: "$city") { totals { backlog } }', "NOT_FOUND", "NOT_PERMITTED"
    ),
    "supervisionCases": Attempt(
        'supervisionCases(centreCode: "$city") { edges { node { trackingNumber } } }', "NOT_FOUND", "NOT_PERMITTED"
    ),
    "supervisionFlags": Attempt(
        'supervisionFlags(centreCode: "$city") { edges { node { trackingNumber } } }', "NOT_FOUND", "NOT_PERMITTED"
    ),
    "supervisionKeys": Attempt(
        'supervisionKeys(centreCode: "$city") { edges { node { kid daysLeft } } }', "NOT_FOUND", "NOT_PERMITTED"
    ),
    "renewKeys": Attempt('renewKeys(centreCode: "$city", reason: "x") { keys { kid } }'),
    "revokeKey": Attempt('revokeKey(kid: "$kid", reason: "x") { revoked { kid } }'),
    "supervisionBalance": Attempt(
        'supervisionBalance(centreCode: "$city") { holds differences { trackingNumber } }', "NOT_FOUND", "NOT_PERMITTED"
    ),
    "supervisionCase": Attempt(
        'supervisionCase(trackingNumber: "$number") { steps { step } }', "NOT_FOUND", "NOT_PERMITTED"
    ),
}
SHOWN = [name for name, attempt in ATTEMPTS.items() if attempt.refused == PUBLIC_DATA]


def document(name: str, scene) -> str:
    kind = "mutation" if ROOTS[name][0] == "Mutation" else "query"
    return f"{kind} {{ {scene.fill(ATTEMPTS[name].call)} }}"


def check(scene, answer, refused: str) -> None:
    """Refused with the code, or answered without anything of the city's people."""
    if refused in (OWN_DATA, PUBLIC_DATA):
        assert answer.codes == []
    else:
        assert answer.codes == [refused]
        assert all(value is None for value in answer.body["data"].values())
    number, *names = scene.secrets
    assert number not in answer.text
    assert not any(name in answer.text for name in names)


def test_every_root_field_is_tried() -> None:
    assert set(ATTEMPTS) == set(ROOTS)


@pytest.mark.req("A-01", "A-09")
@pytest.mark.parametrize("name", ATTEMPTS)
def test_the_neighbours_staff_reach_nothing(scene, gateway, name) -> None:
    attempt, before = ATTEMPTS[name], scene.fingerprint(scene.city)
    check(scene, gateway(scene.intruder).ask(document(name, scene), at=scene.city), attempt.refused)
    if not attempt.changes:
        assert scene.fingerprint(scene.city) == before


@pytest.mark.parametrize("name", ATTEMPTS)
def test_another_applicant_reaches_nothing(scene, gateway, name) -> None:
    attempt, before = ATTEMPTS[name], scene.fingerprint(scene.city)
    check(scene, gateway(scene.li).ask(document(name, scene), at=scene.city), attempt.applicant or attempt.refused)
    if not attempt.changes:
        assert scene.fingerprint(scene.city) == before


@pytest.mark.parametrize("name", ATTEMPTS)
def test_a_stranger_reaches_nothing(scene, gateway, name) -> None:
    attempt, before = ATTEMPTS[name], scene.fingerprint(scene.city)
    public = not ROOTS[name][1].permission.signed_in
    check(scene, gateway().ask(document(name, scene), at=scene.city), attempt.refused if public else "SIGN_IN_REQUIRED")
    assert scene.fingerprint(scene.city) == before


@pytest.mark.req("A-01")
@pytest.mark.parametrize("name", [name for name in ATTEMPTS if name not in SHOWN])
def test_the_same_keys_at_the_neighbours_own_endpoint_never_touch_the_city(scene, gateway, name) -> None:
    before = scene.fingerprint(scene.city)
    answer = gateway(scene.intruder).ask(document(name, scene), at=scene.neighbour)
    assert scene.secrets[0] not in answer.text
    assert scene.fingerprint(scene.city) == before


@pytest.mark.parametrize("name", ATTEMPTS)
def test_what_belongs_to_a_centre_is_refused_at_the_portal(scene, gateway, name) -> None:
    answer = gateway(scene.boss).ask(document(name, scene))
    if ROOTS[name][1].permission.centre:
        assert answer.codes == ["CENTRE_REQUIRED"]
    else:
        assert "CENTRE_REQUIRED" not in answer.codes
        assert "INTERNAL" not in answer.codes


@pytest.mark.parametrize("name", ATTEMPTS)
def test_nothing_breaks_for_those_who_may(scene, gateway, name) -> None:
    """The city's own staff and the applicant himself get an answer or a typed refusal, never an internal error."""
    for who in (scene.boss, scene.zhang):
        assert "INTERNAL" not in gateway(who).ask(document(name, scene), at=scene.city).codes


def test_a_session_is_of_no_use_under_another_secret(scene, gateway) -> None:
    client = gateway()
    client.client.cookies[settings.SESSION_COOKIE_NAME] = "forged"
    assert client.ask("{ me { username } }").data == {"me": None}
