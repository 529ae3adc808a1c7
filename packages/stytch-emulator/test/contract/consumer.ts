import { equal } from 'node:assert/strict'

import type { ContractCases } from './contract.ts'

/** What the emulator has of consumer projects. */
export const consumerProjectCases: ContractCases = {
  'sessions.getJWKS': {
    async works({ consumer, emulator }) {
      const { keys } = await consumer.sessions.getJWKS({ project_id: emulator.project.projectId })
      equal(keys[0]?.kid, emulator.key.kid)
    },
    fails: ({ consumer }) => consumer.sessions.getJWKS({ project_id: 'project-test-nobody' }),
    error: 'project_not_found',
  },
}
