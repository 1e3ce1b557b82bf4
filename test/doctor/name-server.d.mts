import type { Socket } from 'node:dgram'

export type Zone = Readonly<Record<string, string | { a?: string[]; aaaa?: string[]; cname?: string; delay?: number }>>

export function nameServer(address: string, port: number, zone: Zone): Promise<Socket>
