import type { HttpCalls } from '../http-calls.ts';
import type { StandInServer } from './stand-in-server.ts';

export type ClientUnderTest = Readonly<{ call: HttpCalls; server: StandInServer }>;

export const inClient = (says: string) => ({ section: 'client', says });
