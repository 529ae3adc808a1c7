import { organizationCases } from './b2b-organizations.ts'
import { signInCases } from './b2b-sign-in.ts'
import { ssoCases } from './b2b-sso.ts'
import type { ContractCases } from './contract.ts'

/** What is asked of the methods of `B2BClient`. */
export const b2bCases: ContractCases = { ...organizationCases, ...signInCases, ...ssoCases }

/** What is asked of the methods of `Client`. */
export const consumerCases: ContractCases = {}
