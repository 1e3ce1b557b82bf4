import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { goldensOf, nodesOf } from './json-harness.ts'

interface Parser {
  getExpressionAst(file: string, expression: string): Promise<{ readonly type: string } | null>
  getReferencesInExpression(file: string, expression: string): Promise<{ readonly value: string }[]>
}
const { getExpressionAst, getReferencesInExpression }: Parser = createRequire(import.meta.url)('@cdktn/hcl2json')

// Every text of a configuration in JSON is a template of Terraform. Its own parser says what stands in each.

const TEXTS = new Set(
  goldensOf('terraform')
    .filter(({ options }) => options.form !== 'tfvars')
    .flatMap(({ text }) =>
      nodesOf(JSON.parse(text)).flatMap(([path, value]) => [
        ...(typeof value === 'string' ? [value] : []),
        ...path.slice(-1).filter((key) => typeof key === 'string'),
      ]),
    ),
)

/** The type of an expression, and what it refers to. */
async function parsed(text: string): Promise<string> {
  // Within an expression, quotes stand as they are.
  const written = text.includes('{') ? `"${text}"` : JSON.stringify(text)
  const ast = await getExpressionAst('main.tf', written)
  const references = await getReferencesInExpression('main.tf', written)
  return [ast?.type, ...references.map(({ value }) => value)].join(' ')
}

test('every text is plain, or exactly one reference', async () => {
  const references: string[] = []
  for (const text of [...TEXTS].sort()) {
    const found = await parsed(text)
    if (found === 'template') expect(text).not.toMatch(/[$%]\{/)
    else references.push(`${text}: ${found}`)
  }
  expect(references).toMatchInlineSnapshot(`
    [
      "\${azurerm_ip_group.AllowAADOutboundAccess.id}: templateWrap azurerm_ip_group.AllowAADOutboundAccess.id",
      "\${azurerm_ip_group.AllowAzOutboundAccess.id}: templateWrap azurerm_ip_group.AllowAzOutboundAccess.id",
      "\${azurerm_ip_group.AllowAzureFrontDoorFirstPartyAccess.id}: templateWrap azurerm_ip_group.AllowAzureFrontDoorFirstPartyAccess.id",
      "\${azurerm_ip_group.AllowMCROutboundAccess.id}: templateWrap azurerm_ip_group.AllowMCROutboundAccess.id",
      "\${azurerm_ip_group.Cluster.id}: templateWrap azurerm_ip_group.Cluster.id",
      "\${azurerm_ip_group.Identity.id}: templateWrap azurerm_ip_group.Identity.id",
      "\${azurerm_ip_group.Mirror.id}: templateWrap azurerm_ip_group.Mirror.id",
      "\${azurerm_ip_group.No-Manager.id}: templateWrap azurerm_ip_group.No-Manager.id",
      "\${azurerm_ip_group.NoPeer.id}: templateWrap azurerm_ip_group.NoPeer.id",
      "\${azurerm_ip_group.Nodes.id}: templateWrap azurerm_ip_group.Nodes.id",
      "\${azurerm_ip_group.OnlyV4.id}: templateWrap azurerm_ip_group.OnlyV4.id",
      "\${azurerm_ip_group.Peer.id}: templateWrap azurerm_ip_group.Peer.id",
      "\${azurerm_ip_group.Ping.id}: templateWrap azurerm_ip_group.Ping.id",
      "\${azurerm_ip_group.Registry.id}: templateWrap azurerm_ip_group.Registry.id",
      "\${azurerm_ip_group.Storage.id}: templateWrap azurerm_ip_group.Storage.id",
      "\${azurerm_ip_group.Web-to-Storage.id}: templateWrap azurerm_ip_group.Web-to-Storage.id",
      "\${var.firewall_policy_id}: templateWrap var.firewall_policy_id",
      "\${var.local_group_ids["k8s-nodes"]}: templateWrap var.local_group_ids."k8s-nodes"",
      "\${var.location}: templateWrap var.location",
      "\${var.network_security_group_name}: templateWrap var.network_security_group_name",
      "\${var.resource_group_name}: templateWrap var.resource_group_name",
    ]
  `)
})

test.for([
  [`\${var.a}`, 'templateWrap var.a'],
  [`a \${var.a}`, 'template var.a'],
  [`$\${var.a}`, 'template'],
])('the parser sees what %s is', async ([text, want]) => {
  expect(await parsed(text as string)).toBe(want)
})

test.for([`\${`, '%{ if true }', `\${var.a`])('the parser refuses %s', async (text) => {
  await expect(parsed(text)).rejects.toThrow()
})
