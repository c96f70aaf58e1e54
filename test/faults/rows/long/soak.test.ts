import { soakRow } from '../../soak.ts';

soakRow({
  name: 'in 15 minutes of half the load that the system sustains, no program grows',
  seconds: Number(process.env.FAULTS_SOAK_SECONDS ?? 900),
});
