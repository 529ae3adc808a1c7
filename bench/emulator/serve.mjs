// Starts an emulator as it is published, says how long that took after the import, and where it is.
const { createEmulator } = await import('../../packages/stytch-emulator/dist/index.js')

const SESSIONS = 200
const start = performance.now()
const emulator = await createEmulator()
const milliseconds = performance.now() - start
const [organization] = await organizations()
const sessions = Array.from({ length: SESSIONS }, (_, at) => {
  const member = organization.members[at % organization.members.length]
  return emulator.startSession(member).session_token
})
process.send({ milliseconds, url: emulator.url, project: emulator.project, sessions })
process.on('message', () => process.send({ cpu: process.cpuUsage() }))
process.on('disconnect', () => process.exit())

/** Organizations with the ids of their members. */
async function organizations() {
  const { projectId, secret } = emulator.project
  const answer = await fetch(`${emulator.url}/v1/b2b/organizations/search`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${projectId}:${secret}`)}` },
    body: '{}',
  })
  const found = (await answer.json()).organizations
  return await Promise.all(
    found.map(async ({ organization_id }) => {
      const members = await fetch(`${emulator.url}/v1/b2b/organizations/members/search`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${projectId}:${secret}`)}` },
        body: JSON.stringify({ organization_ids: [organization_id] }),
      })
      return { members: (await members.json()).members.map((member) => member.member_id) }
    }),
  )
}
