Postern comes with the works of others, each under its own licence.

runtime/ is a part of OpenJDK: GPL-2.0 with the Classpath exception. Its folder "legal" has the texts.

lib/ holds these libraries:

<#list dependencyMap as entry>
${entry.key.groupId}:${entry.key.artifactId} ${entry.key.version}
    ${entry.value?join(", ")}
    ${entry.key.url!""}
</#list>
