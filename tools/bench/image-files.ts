/**
 * What the Dockerfile copies into the image of a program, of what tools/image builds: paths in the
 * image's folder /app. Node and its library, which come from the same stage, are not counted.
 */
export function copiedFiles(dockerfile: string, program: string): readonly string[] {
  const stages = dockerfile.replaceAll(/\\\n/g, ' ').split(/^(?=FROM )/m);
  const wanted = stages.filter((stage) =>
    ['program', program].some((name) => new RegExp(`^FROM \\S+ AS ${name}$`, 'm').test(stage)),
  );
  if (wanted.length !== 2) throw new Error(`the Dockerfile has no stages program and ${program}`);
  return wanted.flatMap((stage) =>
    [...stage.matchAll(/^COPY --from=(\S+) (.+) \S+$/gm)].flatMap(([, from = '', paths = '']) => {
      if (from !== 'built') {
        throw new Error(`what the stage ${from} of the Dockerfile holds is not known here`);
      }
      return paths
        .trim()
        .split(/ +/)
        .filter((path) => !path.startsWith('/usr/'))
        .map((path) => path.replace(/^\/app\//, ''));
    }),
  );
}
