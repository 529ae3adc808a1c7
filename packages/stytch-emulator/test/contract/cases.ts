import { organizationCases } from './b2b-organizations.ts'
import { otherCases } from './b2b-sessions.ts'
import { signInCases } from './b2b-sign-in.ts'
import { ssoCases } from './b2b-sso.ts'
import { clientCases, memberAppCases } from './clients.ts'
import { consumerProjectCases } from './consumer.ts'
import { otherConsumerCases } from './consumer-others.ts'
import { webauthnCases } from './consumer-webauthn.ts'
import type { ContractCases } from './contract.ts'

/** What is asked of the methods of `B2BClient`. */
export const b2bCases: ContractCases = {
  ...organizationCases,
  ...signInCases,
  ...ssoCases,
  ...otherCases,
  ...clientCases(({ b2b }) => b2b),
  ...memberAppCases,
}

/** What is asked of the methods of `Client`. */
export const consumerCases: ContractCases = {
  ...consumerProjectCases,
  ...otherConsumerCases,
  ...webauthnCases,
  ...clientCases(({ consumer }) => consumer),
}
