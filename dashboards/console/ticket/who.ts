/** Who it was, in words: accounts by their names, the engine, the department. */
import { useCallback, useEffect, useState } from 'react';
import { departmentActor } from '../../../shared/ticket-state.ts';
import { api } from '../data/api.ts';
import { useWords } from '../i18n/i18n.tsx';

let known: Promise<Map<string, string>> | undefined;
/** Asked for once; without a connection an account stands by its id. */
function names(): Promise<Map<string, string>> {
  known ??= api.people().then(
    (people) => new Map(people.map(({ name, fullName }) => [name, fullName || name])),
    () => {
      known = undefined;
      return new Map();
    },
  );
  return known;
}

export function useWho(): (account: string) => string {
  const { t } = useWords();
  const [people, setPeople] = useState<Map<string, string>>();
  useEffect(() => void names().then(setPeople), []);
  return useCallback(
    (account) => {
      if (account === 'engine') return t('who.engine');
      if (account === departmentActor) return t('who.department');
      if (account.startsWith('ward:')) return t('who.ward', { place: account.slice('ward:'.length) });
      return people?.get(account) ?? account;
    },
    [t, people],
  );
}
