import { answerOf, type ExpectedAnswer, linesOf } from './caller-lines.ts';

/**
 * The other half of who may do what: routes about organizations, teams and projects, whose callers differ by what they
 * are in the very organization that the call is about. Judged by hand, as {@link publicCallerTable} is, and carried out by
 * a journey in which there are two organizations.
 *
 * Answers as there; `bad` is 400, where something that the caller may not know of is named in the body.
 */
const structureLines = `
                                                                                       nobody stranger member orgAdmin foreign operator admin  ended
readOrganization          GET    /v1/organizations/:organizationId                     signin   hidden    200      200  hidden      200   200  ended
renameOrganization        PATCH  /v1/organizations/:organizationId                     signin   hidden forbid      200  hidden      200   200  ended
deleteOrganization        DELETE /v1/organizations/:organizationId                     signin   hidden forbid      200  hidden      200   200  ended
readOrganizationPolicies  GET    /v1/organizations/:organizationId/policies            signin   hidden    200      200  hidden      200   200  ended
setOrganizationPolicies   PUT    /v1/organizations/:organizationId/policies            signin   hidden forbid      200  hidden      200   200  ended
listOrganizationMembers   GET    /v1/organizations/:organizationId/members             signin   hidden    200      200  hidden      200   200  ended
addOrganizationMember     POST   /v1/organizations/:organizationId/members             signin   hidden forbid      201  hidden      201   201  ended
changeOrganizationMember  PATCH  /v1/organizations/:organizationId/members/:userId     signin   hidden forbid      200  hidden      200   200  ended
removeOrganizationMember  DELETE /v1/organizations/:organizationId/members/:userId     signin   hidden forbid      200  hidden      200   200  ended
removeOrganizationMember  DELETE /v1/organizations/:organizationId/members/:userId     signin   hidden    200        -       -        -     -      -  when themselves

listOrganizationDomains   GET    /v1/organizations/:organizationId/domains             signin   hidden forbid      200  hidden      200   200  ended
claimOrganizationDomain   POST   /v1/organizations/:organizationId/domains             signin   hidden forbid      201  hidden      201   201  ended
verifyOrganizationDomain  POST   /v1/organizations/:organizationId/domains/:domain/verify signin hidden forbid     200  hidden      200   200  ended
removeOrganizationDomain  DELETE /v1/organizations/:organizationId/domains/:domain     signin   hidden forbid      200  hidden      200   200  ended
listOrganizationProviders GET    /v1/organizations/:organizationId/identity-providers  signin   hidden forbid      200  hidden      200   200  ended
addOrganizationProvider   POST   /v1/organizations/:organizationId/identity-providers  signin   hidden forbid      201  hidden      201   201  ended
readOrganizationProvider  GET    /v1/organizations/:organizationId/identity-providers/:providerId signin hidden forbid 200 hidden  200   200  ended
updateOrganizationProvider PATCH /v1/organizations/:organizationId/identity-providers/:providerId signin hidden forbid 200 hidden  200   200  ended
removeOrganizationProvider DELETE /v1/organizations/:organizationId/identity-providers/:providerId signin hidden forbid 200 hidden 200   200  ended
listClients               GET    /v1/oauth/clients                                     signin   hidden forbid      200  hidden      200   200  ended
createClient              POST   /v1/oauth/clients                                     signin   hidden forbid      201  hidden      201   201  ended
readClient                GET    /v1/oauth/clients/:clientId                           signin   hidden forbid      200  hidden      200   200  ended
updateClient              PATCH  /v1/oauth/clients/:clientId                           signin   hidden forbid      200  hidden      200   200  ended
deleteClient              DELETE /v1/oauth/clients/:clientId                           signin   hidden forbid      200  hidden      200   200  ended
rotateClientSecret        POST   /v1/oauth/clients/:clientId/secret                    signin   hidden forbid      201  hidden      201   201  ended
listClients               GET    /v1/oauth/clients                                     signin   hidden hidden   hidden  hidden   hidden   200  ended  when everybody's
createClient              POST   /v1/oauth/clients                                     signin   forbid forbid   forbid  forbid   forbid   201  ended  when everybody's
readClient                GET    /v1/oauth/clients/:clientId                           signin   hidden hidden   hidden  hidden   hidden   200  ended  when everybody's
updateClient              PATCH  /v1/oauth/clients/:clientId                           signin   hidden hidden   hidden  hidden   hidden   200  ended  when everybody's
deleteClient              DELETE /v1/oauth/clients/:clientId                           signin   hidden hidden   hidden  hidden   hidden   200  ended  when everybody's
rotateClientSecret        POST   /v1/oauth/clients/:clientId/secret                    signin   hidden hidden   hidden  hidden   hidden   201  ended  when everybody's

createTeam                POST   /v1/teams                                             signin   hidden forbid      201  hidden      201   201  ended
readTeam                  GET    /v1/teams/:teamId                                     signin   hidden    200      200  hidden      200   200  ended
renameTeam                PATCH  /v1/teams/:teamId                                     signin   hidden forbid      200  hidden      200   200  ended
deleteTeam                DELETE /v1/teams/:teamId                                     signin   hidden forbid      200  hidden      200   200  ended
listTeamMembers           GET    /v1/teams/:teamId/members                             signin   hidden    200      200  hidden      200   200  ended
addTeamMember             POST   /v1/teams/:teamId/members                             signin   hidden forbid      201  hidden      201   201  ended
changeTeamMember          PATCH  /v1/teams/:teamId/members/:userId                     signin   hidden forbid      200  hidden      200   200  ended
removeTeamMember          DELETE /v1/teams/:teamId/members/:userId                     signin   hidden forbid      200  hidden      200   200  ended

createProject             POST   /v1/projects                                          signin      bad    201      201     bad      201   201  ended
readProject               GET    /v1/projects/:projectId                               signin   hidden hidden      200  hidden      200   200  ended
readProject               GET    /v1/projects/:projectId                               signin   hidden    200      200  hidden      200   200  ended  when in it
renameProject             PATCH  /v1/projects/:projectId                               signin   hidden hidden      200  hidden      200   200  ended
renameProject             PATCH  /v1/projects/:projectId                               signin   hidden forbid      200  hidden      200   200  ended  when in it
deleteProject             DELETE /v1/projects/:projectId                               signin   hidden hidden      200  hidden      200   200  ended
transferProject           POST   /v1/projects/:projectId/transfer                      signin   hidden hidden      200  hidden      200   200  ended
listProjectMembers        GET    /v1/projects/:projectId/members                       signin   hidden hidden      200  hidden      200   200  ended
addProjectMember          POST   /v1/projects/:projectId/members                       signin   hidden hidden      201  hidden      201   201  ended
changeProjectMember       PATCH  /v1/projects/:projectId/members/:memberId             signin   hidden hidden      200  hidden      200   200  ended
removeProjectMember       DELETE /v1/projects/:projectId/members/:memberId             signin   hidden hidden      200  hidden      200   200  ended

submitAccessCommands      POST   /v1/access/commands                                   signin   hidden forbid      200  hidden      200   200  ended
readAccessEvent           GET    /v1/access/events/:position                           signin   hidden    200      200  hidden      200   200  ended
undoAccessEvent           POST   /v1/access/events/:position/undo                      signin   hidden forbid      200  hidden      200   200  ended
restoreDeletedItem        POST   /v1/deleted-items/:id/restore                         signin   hidden hidden      200  hidden      200   200  ended

listRoles                 GET    /v1/roles                                                  signin hidden forbid    200 hidden    200    200  ended
createRole                POST   /v1/roles                                                  signin hidden forbid    201 hidden    201    201  ended
readRole                  GET    /v1/roles/:name                                            signin hidden forbid    200 hidden    200    200  ended
describeRole              PATCH  /v1/roles/:name                                            signin hidden forbid    200 hidden    200    200  ended
deleteRole                DELETE /v1/roles/:name                                            signin hidden forbid    200 hidden    200    200  ended
addRolePermission         PUT    /v1/roles/:name/permissions/:permission                    signin hidden forbid    200 hidden    200    200  ended
removeRolePermission      DELETE /v1/roles/:name/permissions/:permission                    signin hidden forbid    200 hidden    200    200  ended
listRoleAssignees         GET    /v1/roles/:name/assignees                                  signin hidden forbid    200 hidden    200    200  ended
assignRole                PUT    /v1/roles/:name/assignees/:assignee                        signin hidden forbid    200 hidden    200    200  ended
unassignRole              DELETE /v1/roles/:name/assignees/:assignee                        signin hidden forbid    200 hidden    200    200  ended
assignUserRole            PUT    /v1/users/:userId/roles/:name                              signin hidden forbid    200 hidden    200    200  ended
unassignUserRole          DELETE /v1/users/:userId/roles/:name                              signin hidden forbid    200 hidden    200    200  ended
listUserRoles             GET    /v1/users/:userId/roles                                    signin hidden forbid    200 hidden    200    200  ended

listRoles                 GET    /v1/roles                                                  signin hidden hidden hidden hidden hidden    200  ended  when everywhere
assignUserRole            PUT    /v1/users/:userId/roles/:name                              signin hidden hidden hidden hidden hidden    200  ended  when everywhere
listUserRoles             GET    /v1/users/:userId/roles                                    signin hidden hidden hidden hidden hidden    200  ended  when everywhere
listHolders               GET    /v1/permissions/:name/holders                              signin hidden hidden hidden hidden hidden    200  ended  when everywhere
listUserPermissions       GET    /v1/users/:userId/permissions                              signin hidden hidden hidden hidden hidden    200  ended  when everywhere
grantPermission           PUT    /v1/users/:userId/permissions/:name                        signin hidden hidden hidden hidden hidden    200  ended  when everywhere
revokePermission          DELETE /v1/users/:userId/permissions/:name                        signin hidden hidden hidden hidden hidden    200  ended  when everywhere
grantTeamPermission       PUT    /v1/teams/:teamId/permissions/:name                        signin hidden hidden hidden hidden hidden    200  ended  when everywhere
revokeTeamPermission      DELETE /v1/teams/:teamId/permissions/:name                        signin hidden hidden hidden hidden hidden    200  ended  when everywhere
createRole                POST   /v1/roles                                                  signin forbid forbid forbid forbid forbid    201  ended  when everywhere

listHolders               GET    /v1/permissions/:name/holders                              signin hidden forbid    200 hidden    200    200  ended
listUserPermissions       GET    /v1/users/:userId/permissions                              signin hidden forbid    200 hidden    200    200  ended
grantPermission           PUT    /v1/users/:userId/permissions/:name                        signin hidden forbid    200 hidden    200    200  ended
revokePermission          DELETE /v1/users/:userId/permissions/:name                        signin hidden forbid    200 hidden    200    200  ended
grantTeamPermission       PUT    /v1/teams/:teamId/permissions/:name                        signin hidden forbid    200 hidden    200    200  ended
revokeTeamPermission      DELETE /v1/teams/:teamId/permissions/:name                        signin hidden forbid    200 hidden    200    200  ended
listUserServiceUserPermissions GET    /users/:userId/permissions                                 signin hidden forbid    200 hidden    200    200  ended

readGroup                 GET    /v1/groups/:groupId                                        signin hidden hidden    200    200    200    200  ended
listGroupMembers          GET    /v1/groups/:groupId/members                                signin hidden hidden    200    200    200    200  ended
addGroupMember            POST   /v1/groups/:groupId/members                                signin hidden hidden    201 hidden    201    201  ended
removeGroupMember         DELETE /v1/groups/:groupId/members/:userId                        signin hidden hidden    200 forbid    200    200  ended
listUserGroups            GET    /v1/users/:userId/groups                                   signin hidden hidden    200 hidden    200    200  ended
setUserGroups             PUT    /v1/users/:userId/groups                                   signin hidden forbid    200 hidden    200    200  ended

checkAccess               POST   /v1/access/check                                           signin forbid forbid    200 forbid    200    200  ended
checkAccessBatch          POST   /v1/access/batch-check                                     signin forbid forbid    200 forbid    200    200  ended
listAccessUsers           POST   /v1/access/list-users                                      signin forbid forbid    200 forbid    200    200  ended
expandAccess              POST   /v1/access/expand                                          signin forbid forbid    200 forbid    200    200  ended
explainAccess             POST   /v1/access/explain                                         signin forbid forbid    200 forbid    200    200  ended
whyAccessChanged          POST   /v1/access/why-changed                                     signin forbid forbid    200 forbid    200    200  ended
checkAccess               POST   /v1/access/check                                           signin    200    200    200    200    200    200  ended  when about oneself
listAccessObjects         POST   /v1/access/list-objects                                    signin    200    200    200    200    200    200  ended
previewAccess             POST   /v1/access/preview                                         signin hidden forbid    200 hidden    200    200  ended
readAccessState           GET    /v1/access/state                                           signin hidden forbid    200 hidden    200    200  ended
readAccessDiff            GET    /v1/access/diff                                            signin hidden forbid    200 hidden    200    200  ended
readAccessState           GET    /v1/access/state                                           signin hidden hidden hidden hidden    200    200  ended  when everywhere
`;

/**
 * - `member`, `orgAdmin`: belong to the organization that the call is about.
 * - `foreign`: admin of another one.
 * - `operator`: belongs to none, and holds `access.read` and `access.manage`.
 * - `nobody`, `stranger`, `admin`, `ended`: as in the other table; the stranger belongs to no organization.
 */
export const structureCallerKinds = [
  'nobody',
  'stranger',
  'member',
  'orgAdmin',
  'foreign',
  'operator',
  'admin',
  'ended',
] as const;
export type StructureCallerKind = (typeof structureCallerKinds)[number];

export interface StructureLine {
  readonly operation: string;
  readonly method: string;
  readonly path: string;
  readonly answers: Readonly<Record<StructureCallerKind, ExpectedAnswer | undefined>>;
  readonly when: string | undefined;
}

export const structureCallerTable: readonly StructureLine[] = linesOf(structureLines).map(
  ([operation = '', method = '', path = '', ...rest]) => {
    const [nobody, stranger, member, orgAdmin, foreign, operator, admin, ended] = rest.slice(0, 8).map(answerOf);
    const special = rest.slice(8).join(' ');
    const answers = { nobody, stranger, member, orgAdmin, foreign, operator, admin, ended };
    return { operation, method, path, answers, when: special === '' ? undefined : special.replace(/^when /, '') };
  },
);
