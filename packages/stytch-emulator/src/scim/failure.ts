/** What a directory is answered when it is refused. @see https://www.rfc-editor.org/rfc/rfc7644#section-3.12 */
export class ScimFailure extends Error {
  override readonly name = 'ScimFailure'
  readonly status: 400 | 401 | 404 | 409
  readonly scimType: 'uniqueness' | 'invalidValue' | 'invalidPath' | 'invalidFilter' | undefined

  constructor(status: ScimFailure['status'], message: string, scimType?: ScimFailure['scimType']) {
    super(message)
    this.status = status
    this.scimType = scimType
  }
}

/** A refusal as SCIM writes it. */
export function showScimFailure({ status, message, scimType }: ScimFailure): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail: message,
    ...(scimType !== undefined && { scimType }),
  }
}
