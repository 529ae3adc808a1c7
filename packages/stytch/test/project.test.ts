import { describe, expect, test } from 'vitest'

import { readProject } from '../src/project.ts'
import { sdkClient } from './fixtures.ts'

const id = 'project-test-10c4157c-0000-4000-8000-000000000001'

describe('the project', () => {
  // biome-ignore format: table
  test.each([
    ['of the test environment', sdkClient(id, 's', 'https://test.stytch.com/'), { environment: 'test', issuers: [`stytch.com/${id}`] }],
    ['of the live environment', sdkClient(id.replace('test', 'live'), 's', 'https://api.stytch.com/'), { environment: 'live', issuers: [`stytch.com/${id.replace('test', 'live')}`] }],
    ['with a domain of its own', sdkClient(id, 's', 'https://login.acme.com/'), { issuers: [`stytch.com/${id}`, 'https://login.acme.com'] }],
    ['at the emulator', sdkClient(id, 's', 'http://127.0.0.1:4010/'), { issuers: [`stytch.com/${id}`, 'http://127.0.0.1:4010'] }],
  ])('%s is read from the SDK client', (_, client, expected) => {
    expect(readProject(client, {})).toMatchObject(expected)
  })

  test('is what the application says, where it says so', () => {
    const client = sdkClient(id, 's', 'https://test.stytch.com/')
    const projectId = 'project-live-1'
    expect(
      readProject(client, { projectId, baseUrl: 'https://a.test', issuers: ['https://b.test'] }),
    ).toMatchObject({ id: projectId, environment: 'live', issuers: ['https://b.test'] })
  })

  // biome-ignore format: table
  test.each([
    ['a client that hides it', {}, {}, '`projectId` cannot be read from the `stytch` client'],
    ['a client without a URL', {}, { projectId: id }, '`baseUrl` cannot be read'],
    ['a project without environment', {}, { projectId: 'acme', baseUrl: 'https://a.test' }, 'got `acme`'],
    ['a URL that is none', {}, { projectId: id, baseUrl: 'stytch' }, '`baseUrl`: expected a URL'],
    ['no issuers', {}, { projectId: id, baseUrl: 'https://a.test', issuers: [] }, '`issuers`: expected at least one'],
  ])('cannot be known from %s', (_, client, options, message) => {
    expect(() => readProject(client, options)).toThrow(message)
  })
})
