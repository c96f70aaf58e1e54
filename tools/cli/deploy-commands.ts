/** A deployment by its place, as far as a command for a shell names it. */
export type Place = Readonly<{ projectId: string; region: string }>;

/** Prints the build and the apply with every variable of the last apply, so that none gets lost. */
const WHAT_NEXT = 'terraform -chdir=terraform output -raw what_next';

/**
 * The first apply: with the region even where it is the default, because one without it, typed
 * where another is deployed, would plan to replace everything.
 */
const firstApply = ({ projectId, region }: Place): string =>
  `terraform -chdir=terraform apply -var project_id=${projectId} -var region=${region}`;

/**
 * How to deploy what is missing. No tag of an image is made up here, and no variable left out: the
 * state knows them, and `more` says what to change in the command that it prints.
 */
export function deployFix(place: Place, more: readonly string[] = []): string {
  const change = more.length > 0 ? `, here with ${more.join(' ')}` : '';
  return (
    `${WHAT_NEXT}   # prints the apply with all its variables${change}; ` +
    `if it knows of no deployment: ${firstApply(place)}`
  );
}
