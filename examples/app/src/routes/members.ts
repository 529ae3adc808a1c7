import { guard } from '@lockstitch/guard/express'
import { Router } from 'express'
import type { Member } from 'stytch'

import { type Context, memberFrame, sendPage } from '../context.ts'
import { withDeadline } from '../deadline.ts'
import { type MemberRow, membersPage } from '../pages/members.ts'
import { loadOrganization, organizationOf } from './records.ts'
import { refuse } from './refusals.ts'

/** Who belongs to an organization. */
export function memberRoutes(context: Context): Router {
  const router = Router()
  const mayList = guard(context.authz, {
    kind: 'organization',
    action: 'list_members',
    resource: loadOrganization(context.store),
    onDenied: refuse(context),
  })
  router.get('/:org/members', mayList, async (request, response) => {
    const organization = organizationOf(context.store, response.locals.record)
    const frame = await memberFrame(context, request, response)
    const self = (await response.locals.authz.principal()).id
    const { members } = await withDeadline(
      context.stytch.organizations.members.search({ organization_ids: [organization.id] }),
    )
    const rows = members.map((member) => memberRow(member, self))
    const visiting = frame.signedIn?.organization.id !== organization.id
    sendPage(response, frame, membersPage(organization, visiting, rows))
  })
  return router
}

function memberRow(member: Member, self: string): MemberRow {
  return {
    id: member.member_id,
    name: member.name === '' ? member.email_address : member.name,
    email: member.email_address,
    status: member.status,
    // Everyone has this one; it says nothing.
    roles: member.roles.map((role) => role.role_id).filter((role) => role !== 'stytch_member'),
    isSelf: member.member_id === self,
  }
}
