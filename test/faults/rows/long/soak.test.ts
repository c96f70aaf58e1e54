import { faultRow } from '../../harness.ts';
import { soakRow } from '../../soak.ts';

const name = 'in 15 minutes of half the load that the system sustains, no program grows';
/** A shorter one is only for trying the row. */
const { FAULTS_SOAK_SECONDS = '900' } = process.env;
faultRow(soakRow({ name, seconds: Number(FAULTS_SOAK_SECONDS) }));
